package org.unrolled.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of the house (design: tensor <- nn <- notebook <- quiz <- quizzes <- cli, and tensor <- tornado where it is built). */
class HouseTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.unrolled");

    @Test void everyRoomIsSeen() {
        // A rule over no classes passes: hold that the importer saw each room.
        for (String room : new String[] {"tensor", "nn", "notebook", "quiz", "quizzes", "cli"}) {
            assertThat(HOUSE.that(com.tngtech.archunit.base.DescribedPredicate.describe("in " + room,
                    c -> c.getPackageName().startsWith("org.unrolled." + room)))).as(room).isNotEmpty();
        }
    }

    @Test void dependenciesPointOneWay() {
        layeredArchitecture().consideringOnlyDependenciesInAnyPackage("org.unrolled..").withOptionalLayers(true)
                .layer("tensor").definedBy("org.unrolled.tensor..")
                .layer("tornado").definedBy("org.unrolled.tornado..")
                .layer("nn").definedBy("org.unrolled.nn..")
                .layer("notebook").definedBy("org.unrolled.notebook..")
                .layer("kernel").definedBy("org.unrolled.kernel..")
                .layer("quiz").definedBy("org.unrolled.quiz..")
                .layer("quizzes").definedBy("org.unrolled.quizzes..")
                .layer("cli").definedBy("org.unrolled.cli..")
                .whereLayer("tensor").mayNotAccessAnyLayer()
                .whereLayer("tornado").mayOnlyAccessLayers("tensor")
                .whereLayer("tornado").mayNotBeAccessedByAnyLayer()
                .whereLayer("nn").mayOnlyAccessLayers("tensor")
                .whereLayer("notebook").mayOnlyAccessLayers("tensor", "nn")
                .whereLayer("kernel").mayOnlyAccessLayers("notebook")
                .whereLayer("quiz").mayOnlyAccessLayers("tensor", "nn", "notebook")
                .whereLayer("quizzes").mayOnlyAccessLayers("tensor", "nn", "notebook", "quiz")
                .whereLayer("kernel").mayNotBeAccessedByAnyLayer()
                .whereLayer("cli").mayNotBeAccessedByAnyLayer()
                .check(HOUSE);
    }

    @Test void onlyTheKernelKnowsTheNotebookKernel() {
        // Lessons must run on stock JJava and on IJava: everything but lib/kernel reaches the kernel by reflection.
        noClasses().that().resideOutsideOfPackage("org.unrolled.kernel..")
                .should().dependOnClassesThat().resideInAnyPackage("org.dflib..", "io.github.spencerpark..")
                .check(HOUSE);
    }

    @Test void nothingIsNullUnlessItSaysSo() throws ClassNotFoundException {
        for (String name : HOUSE.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new))) {
            assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class)).as(name + " is @NullMarked").isTrue();
        }
    }

    @Test void questionsUseFrontDoorsOnly() {
        noClasses().that().resideInAPackage("org.unrolled.quizzes..")
                .should().dependOnClassesThat().resideInAPackage("org.unrolled..internal..")
                .check(HOUSE);
    }

    @Test void aRoomsInternalsStayInTheRoom() {
        for (String room : new String[] {"tensor", "nn", "notebook", "quiz"}) {
            noClasses().that().resideOutsideOfPackage("org.unrolled." + room + "..")
                    .should().dependOnClassesThat().resideInAPackage("org.unrolled." + room + "..internal..")
                    .allowEmptyShould(true)
                    .check(HOUSE);
        }
    }
}
