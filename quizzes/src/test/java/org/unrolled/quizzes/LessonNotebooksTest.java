package org.unrolled.quizzes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unrolled.quiz.ChoiceQuestion;
import org.unrolled.quiz.CodeQuestion;
import org.unrolled.quiz.Exercise;
import org.unrolled.quiz.Lesson;
import org.unrolled.quiz.Question;
import org.unrolled.quiz.QuestionBank;

/** The notebooks say what the bank says: prompts, stubs and checks are those of the questions, and the cells keep the house rules. */
class LessonNotebooksTest {

    private static final Path NOTEBOOKS = Path.of("../notebooks");

    static Stream<Path> notebooks() throws IOException {
        try (Stream<Path> files = Files.list(NOTEBOOKS)) {
            return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList().stream();
        }
    }

    private record Cell(String id, String type, String source, Set<String> tags, String question, boolean clean) {}

    private static List<Cell> cells(Path notebook) throws IOException {
        List<Cell> cells = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(Files.readString(notebook)).getAsJsonObject().getAsJsonArray("cells")) {
            JsonObject cell = element.getAsJsonObject();
            JsonObject metadata = cell.getAsJsonObject("metadata");
            Set<String> tags = new HashSet<>();
            if (metadata.has("tags")) {
                metadata.getAsJsonArray("tags").forEach(tag -> tags.add(tag.getAsString()));
            }
            StringBuilder source = new StringBuilder();
            JsonArray lines = cell.getAsJsonArray("source");
            lines.forEach(line -> source.append(line.getAsString()));
            cells.add(new Cell(cell.get("id").getAsString(), cell.get("cell_type").getAsString(), source.toString(), tags,
                    metadata.has("unrolled") ? metadata.getAsJsonObject("unrolled").get("question").getAsString() : "",
                    !cell.has("outputs") || cell.getAsJsonArray("outputs").isEmpty() && cell.get("execution_count").isJsonNull()));
        }
        return cells;
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void everyQuestionOfTheLessonIsAskedInItsOwnWords(Path notebook) throws IOException {
        List<Cell> cells = cells(notebook);
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Cell answer = cells.get(i);
            if (!answer.tags().contains("answer")) {
                continue;
            }
            asked.add(answer.question());
            Exercise<?> question = QuestionBank.find(answer.question()).orElseThrow();
            String prompt = question instanceof ChoiceQuestion choice ? choice.promptWithOptions() : question.prompt();
            assertThat(answer.source()).as(answer.id()).isEqualTo(question.stub().strip());
            assertThat(cells.get(i - 1).source()).as("text before " + answer.id()).contains(prompt.strip());
            Cell check = cells.get(i + 1);
            assertThat(check.tags()).as(check.id()).contains("check");
            assertThat(check.source()).as(check.id()).startsWith("check(" + question.getClass().getSimpleName() + ".class, \"");
        }
        String lesson = notebook.getFileName().toString().replace(".ipynb", "");
        assertThat(asked).containsExactlyInAnyOrderElementsOf(QuestionBank.all().stream()
                .map(question -> question.getClass().getAnnotation(Question.class))
                .filter(question -> question.lesson().equals(lesson)).map(Question::id).toList());
    }

    /** A method of a cell hides the imported ones of its name: after such an answer, cells above it no longer compile when they are run again. */
    @Test
    void noAnswerHidesAFunctionOfTheLessons() {
        List<String> functions = Stream.of(Lesson.class.getMethods()).filter(method -> Modifier.isStatic(method.getModifiers())).map(Method::getName).toList();
        assertThat(functions).contains("receptiveField", "softmax");
        List<String> answers = QuestionBank.all().stream().filter(CodeQuestion.class::isInstance)
                .flatMap(question -> Stream.of(question.getClass().getClasses())).filter(Class::isInterface)
                .flatMap(type -> Stream.of(type.getMethods())).map(Method::getName).toList();
        assertThat(answers).contains("convolve").doesNotContainAnyElementsOf(functions);
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void cellsKeepTheHouseRules(Path notebook) throws IOException {
        List<Cell> cells = cells(notebook);
        assertThat(cells).extracting(Cell::id).doesNotHaveDuplicates();
        assertThat(cells).as("no outputs are kept").allMatch(Cell::clean);
        Cell first = cells.stream().filter(cell -> cell.type().equals("code")).findFirst().orElseThrow();
        assertThat(first.source().lines()).hasSizeLessThanOrEqualTo(3).allMatch(line -> line.startsWith("import "));
        for (Cell cell : cells) {
            if (cell.type().equals("code")) {
                assertThat(cell.source().lines()).as("lines of " + cell.id()).hasSizeLessThanOrEqualTo(18)
                        .allMatch(line -> line.length() <= 110, "at most 110 characters");
                assertThat(cell.source()).as(cell.id() + ": lessons import no internals").doesNotContain(".internal.");
            } else {
                assertThat(cell.source()).as(cell.id()).doesNotContainPattern(
                        Pattern.compile("\\b(simply|just|obviously)\\b", Pattern.CASE_INSENSITIVE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("notebooks")
    void equationsAreNumberedInOrderAndReferencesFindThem(Path notebook) throws IOException {
        String text = String.join("\n", cells(notebook).stream().map(Cell::source).toList());
        List<String> numbers = Pattern.compile("\\\\tag\\{([0-9.]+)}").matcher(text).results().map(found -> found.group(1)).toList();
        String chapter = String.valueOf(Integer.parseInt(notebook.getFileName().toString().substring(0, 2)));
        for (int i = 0; i < numbers.size(); i++) {
            assertThat(numbers.get(i)).isEqualTo(chapter + "." + (i + 1));
        }
        assertThat(Pattern.compile("\\((" + chapter + "\\.\\d+)\\)").matcher(text).results().map(found -> found.group(1)))
                .as("equations that the text refers to").isSubsetOf(numbers);
    }
}
