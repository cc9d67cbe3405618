package org.unrolled.notebook.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether code that may not even parse was meant to declare a name. The parser gives up where the learner does; this
 * looks at the words only.
 */
final class Declarations {
    private static final Set<String> NEVER_A_TYPE = Set.of("return", "new", "else", "throw", "case", "yield", "assert", "do",
            "instanceof", "package", "import", "default", "goto", "if", "while", "for", "switch");

    private Declarations() {}

    /** True for {@code Type name(...)}, {@code Type name =}, {@code Type name;} and {@code class name} outside braces. */
    static boolean in(String source, String name) {
        return at(source, name, 0);
    }

    /** The same, one brace deeper: a member of the class that {@code source} declares. */
    static boolean inside(String source, String name) {
        return at(source, name, 1);
    }

    private static boolean at(String source, String name, int level) {
        List<String> tokens = tokens(source);
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            switch (tokens.get(i)) {
                case "{", "(" -> depth++;
                case "}", ")" -> depth--;
                default -> {
                    if (depth > level || i == 0 || !tokens.get(i).equals(name)) continue;
                    String before = tokens.get(i - 1);
                    String after = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
                    if (Set.of("class", "record", "interface", "enum").contains(before)) return true;
                    boolean type = Character.isJavaIdentifierStart(before.charAt(0)) && !NEVER_A_TYPE.contains(before)
                            || before.equals("]") || before.equals(">");
                    if (type && Set.of("(", "=", ";", ",", "").contains(after)) return true;
                }
            }
        }
        return false;
    }

    /** The position of a name used as a word of its own, or -1. */
    static int position(String source, String name) {
        String code = withoutComments(source);
        for (int at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1)) {
            int end = at + name.length();
            if ((at == 0 || !Character.isJavaIdentifierPart(code.charAt(at - 1)))
                    && (end == code.length() || !Character.isJavaIdentifierPart(code.charAt(end)))) return at;
        }
        return -1;
    }

    /**
     * Where something that does not exist is used, or -1.
     *
     * @param missing {@code method scale(Tensor)}, {@code class Foo} or {@code variable x}
     */
    static int use(String source, String missing) {
        String name = missing.replaceFirst("^\\w+ ", "").replaceFirst("\\(.*", "");
        String code = withoutComments(source);
        int called = missing.contains("(") ? arguments(missing, missing.indexOf('(')) : -1;
        int other = -1;
        for (int at = position(source, name); at >= 0; ) {
            boolean member = code.substring(0, at).stripTrailing().endsWith(".");  // Outer.Name is another class, x.name() another method
            int open = at + name.length() + (int) code.substring(at + name.length()).chars().takeWhile(Character::isWhitespace).count();
            boolean call = open < code.length() && code.charAt(open) == '(';
            if (!member && (called < 0 || call && arguments(code, open) == called && !declared(code, open))) return at;
            if (!member && other < 0) other = at;
            int next = position(source.substring(at + 1), name);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return other < 0 ? position(source, name) : other;
    }

    /** How many things stand between the parenthesis at a position and the one that closes it. */
    private static int arguments(String code, int open) {
        int depth = 0;
        int commas = 0;
        boolean empty = true;
        for (int i = open; i < code.length(); i++) {
            char c = code.charAt(i);
            if ("([{".indexOf(c) >= 0) depth++;
            if (")]}".indexOf(c) >= 0 && --depth == 0) return empty ? 0 : commas + 1;
            if (c == ',' && depth == 1) commas++;
            if (i > open && !Character.isWhitespace(c)) empty = false;
        }
        return -1;
    }

    /** Whether the parenthesis at a position is that of a declared method: a brace follows. */
    private static boolean declared(String code, int open) {
        int depth = 0;
        for (int i = open; i < code.length(); i++) {
            if (code.charAt(i) == '(') depth++;
            if (code.charAt(i) == ')' && --depth == 0) return code.substring(i + 1).stripLeading().startsWith("{");
        }
        return false;
    }

    /** Comments, strings and character literals become blanks; every position and line stays. */
    static String withoutComments(String source) {
        StringBuilder code = new StringBuilder(source);
        for (int i = 0; i < code.length(); i++) {
            int end;
            if (source.startsWith("//", i)) end = endOf(source, "\n", i) - 1;
            else if (source.startsWith("/*", i)) end = endOf(source, "*/", i + 2);
            else if (source.startsWith("\"\"\"", i)) end = endOf(source, "\"\"\"", i + 3);
            else if (source.charAt(i) == '"' || source.charAt(i) == '\'') end = endOfLiteral(source, i);
            else continue;
            end = Math.min(end, code.length());
            for (int j = i; j < end; j++) if (code.charAt(j) != '\n') code.setCharAt(j, ' ');
            i = end - 1;
        }
        return code.toString();
    }

    private static int endOf(String source, String mark, int from) {
        int at = source.indexOf(mark, from);
        return at < 0 ? source.length() + 1 : at + mark.length();
    }

    private static int endOfLiteral(String source, int start) {
        for (int i = start + 1; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') i++;
            else if (c == source.charAt(start) || c == '\n') return i + 1;
        }
        return source.length();
    }

    private static List<String> tokens(String source) {
        String code = withoutComments(source);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < code.length(); ) {
            int start = i;
            if (Character.isWhitespace(code.charAt(i))) {
                i++;
                continue;
            }
            while (i < code.length() && Character.isJavaIdentifierPart(code.charAt(i))) i++;
            if (i == start) i++;
            tokens.add(code.substring(start, i));
        }
        return tokens;
    }
}
