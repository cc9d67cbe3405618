package org.unrolled.quiz.internal.build;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.InnerClassInfo;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.QuestionBank;

/**
 * Reads the compiled classes of a bank and writes two things: the index of its questions, and the classes of
 * {@code quizzes-answers.jar}. That jar is all that a student's JVM sees of the bank: each question as an empty class, and
 * in it the answer interface with the records and interfaces that its signature names. Checks, solutions, misconceptions
 * and texts stay behind.
 */
public final class PackBank {

    private static final String QUESTION = Question.class.descriptorString();
    private static final Pattern TYPE = Pattern.compile("L([\\w/$]+)[;<]");

    private final Map<String, ClassModel> classes = new TreeMap<>();
    private final Set<String> questions = new TreeSet<>();

    private PackBank(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                ClassModel model = ClassFile.of().parse(file);
                classes.put(model.thisClass().asInternalName(), model);
                boolean marked = model.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                        .flatMap(a -> a.annotations().stream()).anyMatch(a -> a.className().equalsString(QUESTION));
                if (marked) {
                    questions.add(model.thisClass().asInternalName());
                }
            }
        }
    }

    /** Arguments: the folder of compiled classes (the index goes there too), and the folder for the student's classes. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("PackBank needs two folders: compiled classes, and where the answer types go. It got " + List.of(args) + ".");
        }
        pack(Path.of(args[0]), Path.of(args[1]));
    }

    /** @return how many questions there are */
    public static int pack(Path compiled, Path answers) throws IOException {
        PackBank bank = new PackBank(compiled);
        Path index = compiled.resolve(QuestionBank.INDEX);
        Files.createDirectories(index.getParent());
        Files.writeString(index, String.join("\n", bank.questions.stream().map(q -> q.replace('/', '.')).toList()) + "\n");
        for (Map.Entry<String, byte[]> file : bank.answerTypes().entrySet()) {
            Path to = answers.resolve(file.getKey() + ".class");
            Files.createDirectories(to.getParent());
            Files.write(to, file.getValue());
        }
        return bank.questions.size();
    }

    private Map<String, byte[]> answerTypes() {
        Set<String> kept = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>();
        for (String question : questions) {
            String signature = classes.get(question).findAttribute(Attributes.signature()).map(s -> s.signature().stringValue()).orElse("");
            // implements CodeQuestion<Question.Interface>: in signatures a nested type is written Outer.Inner or Outer$Inner
            Matcher argument = Pattern.compile("L[\\w/]+<L([\\w/$.]+);>;").matcher(signature);
            while (argument.find()) {
                open.add(argument.group(1).replace('.', '$'));
            }
        }
        while (!open.isEmpty()) {
            String name = open.pop();
            if (classes.containsKey(name) && !questions.contains(name) && kept.add(name)) {
                named(classes.get(name)).forEach(open::add);
            }
        }
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : kept) {
            files.put(name, ClassFile.of().transformClass(classes.get(name), (builder, element) -> {
                if (!(element instanceof java.lang.classfile.attribute.SourceFileAttribute)) {
                    builder.with(element);
                }
            }));
        }
        Set<String> outers = new TreeSet<>(questions);
        kept.forEach(name -> {
            for (int at = name.indexOf('$'); at > 0; at = name.indexOf('$', at + 1)) {
                outers.add(name.substring(0, at));
            }
        });
        outers.removeAll(kept);
        outers.stream().filter(classes::containsKey).forEach(outer -> files.put(outer, emptied(outer, kept)));
        return files;
    }

    /** The bank's types that a class names: in its signatures and in what its code mentions, for it is copied whole. */
    private Set<String> named(ClassModel model) {
        Set<String> names = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry c) {
                names.add(c.asInternalName());
            } else if (entry instanceof Utf8Entry text && text.stringValue().indexOf('L') >= 0) {
                Matcher type = TYPE.matcher(text.stringValue());
                while (type.find()) {
                    names.add(type.group(1));
                }
            }
        }
        names.removeIf(n -> !classes.containsKey(n));
        return names;
    }

    /** The same name and the same nested types, and nothing else. */
    private byte[] emptied(String name, Set<String> kept) {
        ClassModel model = classes.get(name);
        List<InnerClassInfo> inner = model.findAttribute(Attributes.innerClasses()).stream().flatMap(a -> a.classes().stream())
                .filter(i -> kept.contains(i.innerClass().asInternalName())).toList();
        List<ClassDesc> members = kept.stream().filter(k -> k.startsWith(name + "$")).map(k -> ClassDesc.ofInternalName(k)).toList();
        return ClassFile.of().build(model.thisClass().asSymbol(), builder -> {
            builder.withFlags(model.flags().flagsMask()).withSuperclass(java.lang.constant.ConstantDescs.CD_Object);
            if (!inner.isEmpty()) {
                builder.with(InnerClassesAttribute.of(inner));
            }
            if (!members.isEmpty()) {
                builder.with(NestMembersAttribute.ofSymbols(members));
            }
        });
    }
}
