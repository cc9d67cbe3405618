package org.unrolled.quizzes.recurrent;

import static org.unrolled.quiz.Expect.close;
import static org.unrolled.quiz.Expect.shape;
import static org.unrolled.quiz.Misconception.symptom;
import static org.unrolled.quiz.Misconception.twin;
import static org.unrolled.tensor.Tensors.allClose;
import static org.unrolled.tensor.Tensors.cat;
import static org.unrolled.tensor.Tensors.randn;
import static org.unrolled.tensor.Tensors.stack;
import static org.unrolled.tensor.Tensors.tanh;
import static org.unrolled.tensor.Tensors.zeros;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.unrolled.quiz.Axes;
import org.unrolled.quiz.Check;
import org.unrolled.quiz.GradientQuestion;
import org.unrolled.quiz.Misconception;
import org.unrolled.quiz.Question;
import org.unrolled.tensor.Tensor;

/** Backpropagation through time with all its intermediates (Werbos 1990). */
@Question(id = "recurrent/bptt", points = 7, lesson = "05-rnn-bptt", title = "Backpropagation through time", forbids = {"Recurrent.*", "Rnn.*", "RnnCell.*"})
public final class Bptt implements GradientQuestion<Bptt.Backward> {

    /** dX is the loss's gradient with respect to X and has X's shape; dA belongs to what stands inside tanh. */
    public record Gradients(@Axes(value = "t", backwards = true) Tensor dH, @Axes(value = "t", backwards = true) Tensor dA, Tensor dWh, Tensor dWx,
            Tensor db) {}

    public interface Backward {
        Gradients bptt(Tensor x, Tensor h, Tensor start, Tensor wH, Tensor g);
    }

    // BEGIN ANSWER
    /** x (T, D), states h (T, H), start (H), wH (H, H), g (T, H): each loss's own -> all gradients. */
    static Bptt.Gradients bptt(Tensor x, Tensor h, Tensor start, Tensor wH, Tensor g) {
        int T = x.size(0), D = x.size(1), H = h.size(1);
        Tensor[] dH = new Tensor[T], dA = new Tensor[T];
        Tensor dWh = zeros(H, H), dWx = zeros(H, D), db = zeros(H);
        // BEGIN SOLUTION go back through time, one step after the other
        Tensor fromNext = zeros(H);
        for (int t = T - 1; t >= 0; t--) {
            Tensor ht = h.select(0, t), before = t == 0 ? start : h.select(0, t - 1);
            dH[t] = g.select(0, t).add(fromNext);
            dA[t] = dH[t].mul(ht.mul(ht).neg().add(1));
            dWh = dWh.add(dA[t].unsqueeze(1).mul(before));
            dWx = dWx.add(dA[t].unsqueeze(1).mul(x.select(0, t)));
            db = db.add(dA[t]);
            fromNext = wH.transpose().matmul(dA[t]);
        }
        return new Bptt.Gradients(stack(0, dH), stack(0, dA), dWh, dWx, db);
        // END SOLUTION
    }
    // END ANSWER

    @Override
    public Backward solution() {
        return Bptt::bptt;
    }

    /** All states, from x, start, W_x, W_h, b. */
    @Override
    public Tensor forward(List<Tensor> in) {
        return Recurrent.states(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4));
    }

    @Override
    public List<Tensor> inputs(Random random) {
        return inputs(random, 4, 2, 3);
    }

    private static List<Tensor> inputs(Random random, int T, int D, int H) {
        return List.of(randn(random, T, D), randn(random, H).tanh(), randn(random, H, D), randn(random, H, H).mul(0.7), randn(random, H).mul(0.3));
    }

    @Override
    public List<@Nullable Tensor> gradients(Backward yours, List<Tensor> in, Tensor dout) {
        Gradients all = yours.bptt(in.get(0), forward(in), in.get(1), in.get(3), dout);
        return Arrays.asList(null, null, all.dWx(), all.dWh(), all.db());
    }

    @Override
    public String prompt() {
        return """
                **Your turn: all of it.** Write `bptt`, equations (5.6) and (5.7): the loop from the last step to the first, with every \
                $dh_t$ and $da_t$ kept, and the three sums. `g.select(0, t)` is $g_t$. The check looks at each line by itself, too, with *your own* \
                values on its right-hand side, so that it can say which line is off; and the card marks at which $t$ each intermediate is right.
                """;
    }

    @Override
    public List<String> hints() {
        return List.of(
                "What does step t need from step t + 1, and who needs what from t = 0? The answer says in which direction the loop runs,"
                        + " and what stands before the first step.",
                "Keep one variable, fromNext, with what comes back from the step after this one: zeros before the loop begins, wH.transpose().matmul(dA[t])"
                        + " at the end of each round.",
                "In the loop: dH[t] = g.select(0, t).add(fromNext); dA[t] = dH[t] ⊙ (1 − h_t²); then add dA[t].unsqueeze(1).mul(before) to dWh,"
                        + " where before is h.select(0, t - 1), or start for t = 0; the same with x.select(0, t) for dWx, and dA[t] itself for db.",
                "The end: return new Bptt.Gradients(stack(0, dH), stack(0, dA), dWh, dWx, db);");
    }

    /** The mistakes that people make in this loop, each with what the card says. */
    private enum Slip {
        NO_PATH_BACK("The path through W_hᵀ is missing: you took dh_t from the loss at t alone. Only the last step is right then; h_t also acts on"
                + " all later losses, through h_{t+1}. Add W_hᵀ da_{t+1}."),
        NOT_TRANSPOSED("On the way back you multiplied by W_h; it has to be W_hᵀ. Forward, entry (i, j) of W_h leads from unit j to unit i; backward the gradient"
                + " goes from i to j. Both are (H, H), so no shape complains."),
        NO_TANH("tanh' is missing: your da_t is dh_t. Between them stands tanh, whose slope is 1 − h_t²: multiply by it, at every step."),
        TANH_TWICE("You took tanh once more: the slope is 1 − tanh(a_t)², and h_t is tanh(a_t) already. So it is 1 − h_t², not 1 − tanh(h_t)²."),
        NO_SQUARE("The slope of tanh is 1 − h_t², with a square. 1 − h_t is larger than 1 wherever h_t is negative, and no slope of tanh is."),
        SIGN_OF_THE_SLOPE("The slope has the wrong sign: you multiplied by h_t² − 1. It is 1 − h_t², which is never negative: tanh only rises."),
        SLOPE_OF_THE_STEP_BEFORE("The slope is one step off: da_t belongs to the tanh that made h_t, so it is 1 − h_t², and you took 1 − h_{t−1}²."),
        LAST_LOSS_ONLY("Only the last loss is in your dh: from t = T − 2 back it holds what comes from t + 1 and not what the loss at t says. Every step has"
                + " its own g_t; add it to what comes back."),
        LOSS_OF_THE_STEP_AFTER("The losses are one step off: dh_t takes the loss of its own step, g_t, and you took g_{t+1}. Only what comes back comes from t + 1."),
        SUBTRACTED("You subtracted what comes back. h_t acts on the loss in two ways, at once and through h_{t+1}, and what arrives on several ways adds up:"
                + " dh_t = g_t + W_hᵀ da_{t+1}."),
        ADDS_UP("What comes back adds up over the steps, so that the gradients of t + 2 and later are counted again. da_{t+1} holds them already: W_hᵀ da_{t+1}"
                + " replaces what came back before."),
        STATE_OF_THE_SAME_STEP("dh, da, dW_x and db are right. dW_h is not: its outer product takes the state that W_h was multiplied by at step t, which is h_{t−1},"
                + " not h_t."),
        STATE_OF_THE_SAME_STEP_BUT_START("dh, da, dW_x and db are right. dW_h is not: at t = 0 it takes the state before, start, and at every other step h_t. W_h"
                + " was multiplied by h_{t−1}: one index less."),
        OVERWRITTEN("You overwrite the gradients of the weights at each step, so that only the term of t = 0, the last one visited, is left. The same weights"
                + " serve at every step: add up the terms."),
        WH_OVERWRITTEN("You overwrite dW_h at each step, so that only the term of t = 0, the last one visited, is left; dW_x and db are summed as they should be."
                + " dW_h is a sum over all steps, too."),
        LAST_STEP_ONLY("Your gradients of the weights have one term alone, that of the last step. The same weights were used at every step: sum over all t."),
        FORWARD("Your loop runs forward in time. dh_t needs da_{t+1}, which must be known by then: begin at t = T − 1 and go down to 0."),
        START_SKIPPED("The term of t = 0 is missing in dW_h. Before the first step stands the state start, and it is multiplied by W_h as every other state:"
                + " add da_0 startᵀ."),
        CARRIES_DH("Back to the step before goes W_hᵀ da_t; you sent W_hᵀ dh_t. That leaves tanh' out of the path through time: W_h stands inside tanh, so go through"
                + " tanh first."),
        NO_WH_ON_THE_WAY("You handed da_{t+1} on to step t as it is. Between the two stands W_h: what arrives at h_t is W_hᵀ da_{t+1}."),
        OUTER_THE_WRONG_WAY("dW_h is transposed: entry (i, j) of W_h leads from unit j of h_{t−1} to unit i of a_t, so its gradient is da_t[i] · h_{t−1}[j]."
                + " da_t is the column, h_{t−1} the row."),
        WEIGHTS_FROM_DH("dW_h, dW_x and db are summed from dh_t. The weights act inside tanh, so their gradients are made of da_t."),
        AVERAGED("You divided the gradients of the weights by T. The loss is the sum of the steps' losses, so the gradient is the sum of the terms, not their"
                + " mean."),
        INPUT_OF_THE_STEP_BEFORE("dW_x is one step off: W_x met x_t at step t, and you took x_{t−1}. It is the state that comes from the step before, not the input.");

        final String text;

        Slip(String text) {
            this.text = text;
        }
    }

    private static Gradients wrong(Set<Slip> slips, Tensor x, Tensor h, Tensor start, Tensor wH, Tensor g) {
        int T = x.size(0);
        int H = h.size(1);
        Tensor[] dH = new Tensor[T];
        Tensor[] dA = new Tensor[T];
        Tensor dWh = zeros(H, H);
        Tensor dWx = zeros(H, x.size(1));
        Tensor db = zeros(H);
        Tensor back = slips.contains(Slip.NOT_TRANSPOSED) ? wH : wH.transpose();
        Tensor fromNext = zeros(H);
        for (int i = 0; i < T; i++) {
            int t = slips.contains(Slip.FORWARD) ? i : T - 1 - i;
            Tensor ht = h.select(0, t);
            Tensor before = t == 0 ? start : h.select(0, t - 1);
            dH[t] = slips.contains(Slip.NO_PATH_BACK) ? g.select(0, t) : slips.contains(Slip.LAST_LOSS_ONLY) && t < T - 1 ? fromNext
                    : slips.contains(Slip.SUBTRACTED) ? g.select(0, t).sub(fromNext)
                    : g.select(0, slips.contains(Slip.LOSS_OF_THE_STEP_AFTER) && t < T - 1 ? t + 1 : t).add(fromNext);
            Tensor slopeOf = slips.contains(Slip.TANH_TWICE) ? tanh(ht) : slips.contains(Slip.SLOPE_OF_THE_STEP_BEFORE) ? before : ht;
            Tensor slope = slips.contains(Slip.NO_SQUARE) ? ht.neg().add(1) : slopeOf.mul(slopeOf).neg().add(1);
            slope = slips.contains(Slip.SIGN_OF_THE_SLOPE) ? slope.neg() : slope;
            dA[t] = slips.contains(Slip.NO_TANH) ? dH[t] : dH[t].mul(slope);
            Tensor from = slips.contains(Slip.WEIGHTS_FROM_DH) ? dH[t] : dA[t];
            Tensor met = slips.contains(Slip.STATE_OF_THE_SAME_STEP) || slips.contains(Slip.STATE_OF_THE_SAME_STEP_BUT_START) && t > 0 ? ht : slips.contains(Slip.START_SKIPPED) && t == 0 ? zeros(H) : before;
            Tensor input = !slips.contains(Slip.INPUT_OF_THE_STEP_BEFORE) ? x.select(0, t) : t == 0 ? zeros(x.size(1)) : x.select(0, t - 1);
            Tensor termWh = slips.contains(Slip.OUTER_THE_WRONG_WAY) ? met.unsqueeze(1).mul(from) : from.unsqueeze(1).mul(met);
            Tensor termWx = from.unsqueeze(1).mul(input);
            if (slips.contains(Slip.LAST_STEP_ONLY) && t < T - 1) {
                termWh = termWh.mul(0);
                termWx = termWx.mul(0);
                from = from.mul(0);
            }
            dWh = slips.contains(Slip.OVERWRITTEN) || slips.contains(Slip.WH_OVERWRITTEN) ? termWh : dWh.add(termWh);
            dWx = slips.contains(Slip.OVERWRITTEN) ? termWx : dWx.add(termWx);
            db = slips.contains(Slip.OVERWRITTEN) ? from : db.add(from);
            Tensor goesBack = slips.contains(Slip.NO_WH_ON_THE_WAY) ? dA[t] : back.matmul(slips.contains(Slip.CARRIES_DH) ? dH[t] : dA[t]);
            fromNext = slips.contains(Slip.ADDS_UP) ? fromNext.add(goesBack) : goesBack;
        }
        double share = slips.contains(Slip.AVERAGED) ? 1.0 / T : 1;
        return new Gradients(stack(0, dH), stack(0, dA), dWh.mul(share), dWx.mul(share), db.mul(share));
    }

    /**
     * One slip gives a result that is known. Of several at once each can still be told by its own line of the loop, computed
     * from the answer's own values: the lines of da first, then those of dh, then the sums.
     */
    @Override
    public List<Misconception<Backward>> misconceptions() {
        List<Misconception<Backward>> all = new ArrayList<>();
        for (Slip slip : Slip.values()) {
            all.add(twin(slip.text, (x, h, start, wH, g) -> wrong(EnumSet.of(slip), x, h, start, wH, g)));
        }
        all.add(several(Slip.NO_TANH, Slip.NOT_TRANSPOSED, run -> same(run.yours.dA(), run.yours.dH())));
        all.add(several(Slip.TANH_TWICE, Slip.NOT_TRANSPOSED, run -> run.slopes(tanh(run.h))));
        all.add(several(Slip.NO_SQUARE, Slip.NOT_TRANSPOSED, run -> same(run.yours.dA(), run.yours.dH().mul(run.h.neg().add(1)))));
        all.add(several(Slip.SIGN_OF_THE_SLOPE, Slip.NOT_TRANSPOSED, run -> same(run.yours.dA(), run.yours.dH().mul(run.h.mul(run.h).sub(1)))));
        all.add(several(Slip.SLOPE_OF_THE_STEP_BEFORE, Slip.NOT_TRANSPOSED, run -> run.slopes(run.before())));
        all.add(several(Slip.NO_PATH_BACK, Slip.WH_OVERWRITTEN, run -> same(run.yours.dH(), run.g)));
        all.add(several(Slip.NOT_TRANSPOSED, Slip.WH_OVERWRITTEN, run -> run.comesBack(run.yours.dA().matmul(run.wH.transpose()), true)));
        all.add(several(Slip.LAST_LOSS_ONLY, Slip.WH_OVERWRITTEN, run -> run.comesBack(run.yours.dA().matmul(run.wH), false)));
        all.add(several(Slip.CARRIES_DH, Slip.WH_OVERWRITTEN, run -> run.comesBack(run.yours.dH().matmul(run.wH), true)));
        all.add(several(Slip.NO_WH_ON_THE_WAY, Slip.WH_OVERWRITTEN, run -> run.comesBack(run.yours.dA(), true)));
        all.add(several(Slip.STATE_OF_THE_SAME_STEP, Slip.INPUT_OF_THE_STEP_BEFORE,
                run -> same(run.yours.dWh(), run.yours.dA().transpose().matmul(run.h))));
        all.add(several(Slip.OUTER_THE_WRONG_WAY, Slip.INPUT_OF_THE_STEP_BEFORE,
                run -> same(run.yours.dWh(), run.before().transpose().matmul(run.yours.dA()))));
        return all;
    }

    private static Misconception<Backward> several(Slip first, Slip another, Predicate<Run> line) {
        return symptom("More than one thing is off. The first: " + first.text,
                (x, h, start, wH, g) -> wrong(EnumSet.of(first, another), x, h, start, wH, g), Gradients.class,
                (in, out) -> line.test(new Run(in.tensor(0), in.tensor(1), in.tensor(2), in.tensor(3), in.tensor(4), out)));
    }

    private static boolean same(Tensor a, Tensor b) {
        return Arrays.equals(a.shape(), b.shape()) && allClose(a, b, 1e-4, 1e-5);
    }

    /** A call of the answer on random numbers, with everything that its lines are compared with. */
    private record Run(Tensor x, Tensor h, Tensor start, Tensor wH, Tensor g, Gradients yours) {
        static Run of(Backward yours, Random random, int T, int D, int H) {
            List<Tensor> in = inputs(random, T, D, H);
            Tensor h = Recurrent.states(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4));
            Tensor g = randn(random, T, H);
            Gradients all = yours.bptt(in.get(0), h, in.get(1), in.get(3), g);
            shape(all.dH(), T, H);
            shape(all.dA(), T, H);
            return new Run(in.get(0), h, in.get(1), in.get(3), g, all);
        }

        /** The state before each step, (T, H). */
        Tensor before() {
            return cat(0, start.unsqueeze(0), h.slice(0, 0, h.size(0) - 1));
        }

        /** Whether da is dh times 1 − of². */
        boolean slopes(Tensor of) {
            return same(yours.dA(), yours.dH().mul(of.mul(of).neg().add(1)));
        }

        /** Whether row t of dH is row t + 1 of {@code later}, plus g_t if the losses count; a sequence of one step says nothing about it. */
        boolean comesBack(Tensor later, boolean losses) {
            int T = g.size(0);
            if (T == 1) {
                return true;
            }
            Tensor back = later.slice(0, 1, T);
            return same(yours.dH().slice(0, 0, T - 1), losses ? back.add(g.slice(0, 0, T - 1)) : back);
        }
    }

    @Check("dh_t is g_t plus W_hᵀ times your da_{t+1}, at every t")
    void throughTime(Backward yours, Random random) {
        for (int T : new int[] {4, 6}) {
            Run run = Run.of(yours, random, T, 2, 3);
            for (int t = T - 1; t >= 0; t--) {
                Tensor g = run.g().select(0, t);
                close("at t = " + t, run.yours().dH().select(0, t), t == T - 1 ? g : g.add(run.wH().transpose().matmul(run.yours().dA().select(0, t + 1))));
            }
        }
    }

    @Check("da_t is your dh_t through tanh, at every t")
    void throughTanh(Backward yours, Random random) {
        for (int T : new int[] {4, 5}) {
            Run run = Run.of(yours, random, T, 2, 3);
            for (int t = T - 1; t >= 0; t--) {
                Tensor h = run.h().select(0, t);
                close("at t = " + t, run.yours().dA().select(0, t), run.yours().dH().select(0, t).mul(h.mul(h).neg().add(1)));
            }
        }
    }

    @Check("dWh is the sum over t of your da_t times h_{t−1}ᵀ")
    void recurrentWeights(Backward yours, Random random) {
        Run run = Run.of(yours, random, 5, 2, 4);
        shape(run.yours().dWh(), 4, 4);
        close(run.yours().dWh(), Recurrent.terms(run.yours().dA(), run.h(), run.start()).sum(0));
    }

    @Check("dWx and db are the sums over t of your da_t times x_tᵀ, and of da_t")
    void inputWeights(Backward yours, Random random) {
        Run run = Run.of(yours, random, 5, 2, 4);
        shape(run.yours().dWx(), 4, 2);
        close("dWx", run.yours().dWx(), run.yours().dA().transpose().matmul(run.x()));
        close("db", run.yours().db(), run.yours().dA().sum(0));
    }

    @Check("a sequence of one step, too")
    void oneStep(Backward yours, Random random) {
        Run run = Run.of(yours, random, 1, 6, 7);
        close(run.yours(), bptt(run.x(), run.h(), run.start(), run.wH(), run.g()));
    }
}
