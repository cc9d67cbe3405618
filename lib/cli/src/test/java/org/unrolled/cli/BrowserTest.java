package org.unrolled.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;

/**
 * A learner in JupyterLab: opens the lesson, runs it, moves the scrubber, answers wrongly and rightly, and comes back
 * to the saved notebook. Pictures of each stop are kept in target/screenshots.
 */
@Tag("browser")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserTest {
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final String QUESTION = "attention/scaled-dot-product";

    // Selenium warns that it has no bindings for this Chromium's DevTools; none are used, only one raw command.
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium.devtools");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private static @Nullable Process lab;
    private static @Nullable ChromeDriver browser;
    private static List<JsonObject> cells = List.of();

    @BeforeAll static void openTheLesson() throws Exception {
        Optional<Path> chromium = program("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = program("chromedriver");
        assumeTrue(chromium.isPresent(), "no chromium on PATH; install the packages chromium and chromium-driver");
        assumeTrue(driver.isPresent(), "no chromedriver on PATH; install the package chromium-driver");
        Launcher.requireFreshKit();
        Files.createDirectories(SCREENSHOTS);

        // A copy, because JupyterLab saves what a learner types.
        Path copy = Files.createDirectories(Path.of("target/browser")).resolve("07-attention.ipynb");
        Files.copy(Launcher.ROOT.resolve("notebooks/07-attention.ipynb"), copy, StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> old = Files.list(copy.getParent())) {
            for (Path file : old.filter(f -> !f.equals(copy) && Files.isRegularFile(f)).toList()) Files.delete(file);
        }
        cells = LessonsTest.cells(copy);

        File log = Path.of("target/browser-lab.log").toFile();
        lab = new ProcessBuilder(Launcher.command(List.of("lab", "--no-browser", "--json", "lib/cli/target/browser/07-attention.ipynb")))
                .directory(Launcher.ROOT.toFile()).redirectError(log).start();
        BufferedReader said = lab.inputReader();
        String line = said.readLine();
        assertThat(line).as("what lab says when it is ready; its errors: " + Files.readString(log.toPath())).isNotNull();
        JsonObject ready = JsonParser.parseString(line).getAsJsonObject();

        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get().toFile());
        options.addArguments("--headless=new", "--window-size=1280,1000", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-sandbox", "--no-proxy-server", "--force-device-scale-factor=1");
        // The driver is named, so that Selenium does not look for one on the network.
        browser = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(driver.get().toFile()).build(), options);
        browser.get(ready.get("url").getAsString());
        waitFor(60, "the notebook", () -> !find(".jp-Notebook .jp-Cell").isEmpty());
        waitFor(60, "a kernel that is idle", BrowserTest::idle);
    }

    @AfterAll static void close() throws InterruptedException {
        if (browser != null) browser.quit();
        if (lab != null) {
            lab.destroy();
            lab.waitFor(20, TimeUnit.SECONDS);
        }
    }

    @Test @Order(1) void opensOnOurKernelWithNothingInTheWay() throws IOException {
        screenshot("1-opened");
        assertThat(find(".Toastify__toast")).as("news and update toasts").isEmpty();
        assertThat(find(".jp-Dialog")).as("dialogs in the learner's way").isEmpty();
    }

    @Test @Order(2) void runsFromTopToBottomAndDraws() throws IOException {
        menu("Run", "runmenu:run-all");
        waitFor(150, "all cells to run", () -> idle() && Boolean.TRUE.equals(script(
                "return [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].every(p => /\\[\\d+\\]/.test(p.textContent))")));
        assertThat(find(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error']")).as("cells that failed").isEmpty();
        assertThat(count("Not attempted")).as("cards of untouched questions").isGreaterThanOrEqualTo(8);
        List<WebElement> pictures = find(".jp-OutputArea-output img");
        assertThat(pictures).as("drawings").hasSizeGreaterThan(5);
        assertThat(pictures).allSatisfy(picture -> {
            assertThat(picture.getDomAttribute("alt")).as("alt text").isNotBlank();
            assertThat(script("return arguments[0].naturalWidth > 0", picture)).as("the picture is decoded: " + picture.getDomAttribute("alt")).isEqualTo(true);
        });
        everyOutput();
    }

    @Test @Order(3) void theScrubberMoves() throws IOException {
        WebElement slider = element(".jp-OutputArea-output input[type=range]");
        Object before = frame(slider);
        scrollTo(slider);
        screenshot("3-scrubber-first-frame");
        slider.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        screenshot("3-scrubber-moved");
        assertThat(frame(slider)).as("what is drawn after moving the slider").isNotEqualTo(before);
    }

    @Test @Order(4) void aWrongAnswerIsNamed() throws IOException {
        answer(Bank.solutionSource(QUESTION).replace("sqrt(q.size(-1))", "q.size(-1)"));
        WebElement card = check("Not yet");
        screenshot("4-divided-by-d_k");
        assertThat(card.getText()).contains("You divided by d_k");
    }

    @Test @Order(5) void anEndlessLoopEnds() throws IOException {
        answer(Bank.solutionSource(QUESTION).replaceFirst("\\{", "{ while (q != null) { }"));
        WebElement card = check("time");
        screenshot("5-endless");
        assertThat(card.getText()).doesNotContain("Correct");
    }

    @Test @Order(6) void aRightAnswerIsCorrect() throws IOException {
        answer(Bank.solutionSource(QUESTION));
        WebElement card = check("Correct");
        screenshot("6-correct");
        assertThat(card.getText()).contains("4 of 4 points");
    }

    @Test @Order(7) void theSavedNotebookComesBackAlive() throws IOException {
        menu("File", "docmanager:save");
        waitFor(20, "the notebook to be saved", () -> find(".jp-mod-current.jp-mod-dirty, .lm-TabBar-tab.jp-mod-dirty").isEmpty());
        browser.navigate().refresh();
        waitFor(60, "the notebook again", () -> !find(".jp-OutputArea-output input[type=range]").isEmpty());
        WebElement slider = element(".jp-OutputArea-output input[type=range]");
        scrollTo(slider);
        Object before = frame(slider);
        slider.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        screenshot("7-reopened");
        assertThat(frame(slider)).as("the scrubber's script runs in the saved and reopened notebook").isNotEqualTo(before);
    }

    // ---- what a learner does

    private static int answerCell() {
        return IntStream.range(0, cells.size()).filter(i -> {
            JsonObject ours = cells.get(i).getAsJsonObject("metadata").getAsJsonObject("unrolled");
            return LessonsTest.tags(cells.get(i)).contains("answer") && ours != null && ours.get("question").getAsString().equals(QUESTION);
        }).findFirst().orElseThrow(() -> new AssertionError("no answer cell for " + QUESTION + " in lesson 07"));
    }

    private static WebElement cell(int index) {
        return element(".jp-Notebook .jp-Cell[data-windowed-list-index='" + index + "']");
    }

    /** Replaces the answer cell's text and runs it. */
    private static void answer(String source) {
        WebElement cell = cell(answerCell());
        scrollTo(cell);
        cell.findElement(By.cssSelector(".cm-content")).click();
        new Actions(browser).keyDown(Keys.CONTROL).sendKeys("a").keyUp(Keys.CONTROL).perform();
        // As a paste would do it: the editor must not add closing brackets of its own.
        browser.executeCdpCommand("Input.insertText", Map.of("text", source));
        runHere();
    }

    /** Runs the check cell that follows and waits for a card that says this. */
    private static WebElement check(String said) {
        int index = IntStream.range(answerCell(), cells.size()).filter(i -> LessonsTest.tags(cells.get(i)).contains("check"))
                .findFirst().orElseThrow();
        WebElement cell = cell(index);
        scrollTo(cell);
        cell.findElement(By.cssSelector(".cm-content")).click();
        runHere();
        waitFor(60, "a card that says \"" + said + "\"", () -> idle() && text(index).contains(said));
        scrollTo(cell(index));
        return cell(index).findElement(By.cssSelector(".jp-OutputArea"));
    }

    private static void runHere() {
        new Actions(browser).keyDown(Keys.CONTROL).sendKeys(Keys.ENTER).keyUp(Keys.CONTROL).perform();
        pause(300);
        waitFor(60, "the cell to run", BrowserTest::idle);
    }

    private static String text(int index) {
        return String.valueOf(script("const o = document.querySelector(\".jp-Notebook .jp-Cell[data-windowed-list-index='" + index
                + "'] .jp-OutputArea\"); return o ? o.textContent : ''"));
    }

    private static void menu(String name, String command) {
        for (WebElement item : find(".lm-MenuBar-item")) {
            if (item.getText().equals(name)) item.click();
        }
        waitFor(10, "the menu " + name, () -> !find(".lm-Menu-item[data-command='" + command + "']").isEmpty());
        element(".lm-Menu-item[data-command='" + command + "']").click();
    }

    // ---- looking

    private static Object frame(WebElement slider) {
        // what the output shows, without the slider's own value
        return script("const o = arguments[0].closest('.jp-OutputArea-output');"
                + "return [...o.querySelectorAll('*')].filter(e => e.children.length === 0 && e.offsetParent !== null)"
                + ".map(e => (e.currentSrc || '').slice(-200) + e.textContent).join('|')", slider);
    }

    private static boolean idle() {
        // the indicator alone says idle before there is a kernel; "unknown" until the kernel answered its first request
        return !find(".jp-Notebook-ExecutionIndicator[data-status='idle']").isEmpty()
                && find(".jp-KernelName").stream().anyMatch(name -> name.getText().contains("Unrolled (Java)"));
    }

    private static long count(String words) {
        return (long) script("return [...document.querySelectorAll('.jp-OutputArea-output')].filter(o => o.textContent.includes(arguments[0])).length", words);
    }

    private static Object script(String body, Object... arguments) {
        return ((JavascriptExecutor) browser).executeScript(body, arguments);
    }

    private static List<WebElement> find(String selector) {
        return browser.findElements(By.cssSelector(selector));
    }

    private static WebElement element(String selector) {
        return browser.findElement(By.cssSelector(selector));
    }

    /** Cells that were never on the screen have a guessed height (content-visibility): what is above moves, so aim again. */
    private static void scrollTo(WebElement element) {
        for (int i = 0; i < 4; i++) {
            script("arguments[0].scrollIntoView({block: 'center'})", element);
            pause(250);
        }
    }

    private static void waitFor(int seconds, String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            try {
                if (condition.getAsBoolean()) return;
            } catch (StaleElementReferenceException e) {
                // JupyterLab drew it again meanwhile: look once more
            }
            if (System.nanoTime() > end) {
                try {
                    screenshot("failed");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                throw new AssertionError("waited " + seconds + " s for " + what + "; target/screenshots/failed.png shows what was there");
            }
            pause(200);
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void screenshot(String name) throws IOException {
        Files.write(SCREENSHOTS.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    /** The whole lesson, a screenful at a time, for people to look at. */
    private static void everyOutput() throws IOException {
        script("const n = document.querySelector('.jp-WindowedPanel-outer') || document.querySelector('.jp-Notebook'); n.scrollTop = 0");
        for (int page = 1; page <= 60; page++) {
            pause(250);
            screenshot("2-lesson-%02d".formatted(page));
            Object more = script("const n = document.querySelector('.jp-WindowedPanel-outer') || document.querySelector('.jp-Notebook');"
                    + "const before = n.scrollTop; n.scrollTop += n.clientHeight * 0.9; return n.scrollTop > before + 5");
            if (!Boolean.TRUE.equals(more)) return;
        }
    }

    private static Optional<Path> program(String... names) {
        return Stream.of(names).flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable).findFirst();
    }
}
