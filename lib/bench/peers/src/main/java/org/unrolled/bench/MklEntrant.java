package org.unrolled.bench;

import static org.bytedeco.mkl.global.mkl_rt.CblasNoTrans;
import static org.bytedeco.mkl.global.mkl_rt.CblasRowMajor;
import static org.bytedeco.mkl.global.mkl_rt.MKL_Get_Max_Threads;
import static org.bytedeco.mkl.global.mkl_rt.MKL_Set_Num_Threads;
import static org.bytedeco.mkl.global.mkl_rt.cblas_sgemm;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.mkl.global.mkl_rt;
import org.jspecify.annotations.Nullable;

/** Intel MKL's matrix product, which PyTorch calls, on memory outside the heap and without an allocation a call. */
public final class MklEntrant extends InJvm {
    /** For ServiceLoader. */
    public MklEntrant() { }

    @Override public String name() {
        return "mkl";
    }

    @Override public String title() {
        Loader.load(mkl_rt.class);
        MKL_Set_Num_Threads(Runtime.getRuntime().availableProcessors());
        return "MKL 2025.3 by JavaCPP, " + MKL_Get_Max_Threads() + " threads";
    }

    @Override @Nullable Task task(Case c) {
        if (!c.op().equals("matmul")) return null;
        int M = c.size("M"), N = c.size("N"), K = c.size("K");
        FloatPointer a = new FloatPointer(Inputs.floats(M * K, 1, 1)), b = new FloatPointer(Inputs.floats(K * N, 2, 1)), y = new FloatPointer((long) M * N);
        return new Task() {
            @Override public void call() {
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, 1f, a, K, b, N, 0f, y, N);
            }

            @Override public List<float[]> results() {
                float[] result = new float[M * N];
                y.get(result);
                return List.of(result);
            }

            @Override public void close() {
                a.close();
                b.close();
                y.close();
            }
        };
    }
}
