package org.unrolled.notebook;

import java.util.ArrayList;
import java.util.List;
import org.unrolled.tensor.Tensor;

/**
 * A slider over prepared frames. All frames are in the page and the script only shows one of them, so it works after the notebook was
 * reopened and with any number of scrubbers on a page. Without scripts the first frame stands and the slider, which would be dead, stays hidden.
 * It is a native range input: arrow keys, Home and End move it.
 */
record Scrubber(String name, List<String> labels, List<Object> frames) {
    // finds its own figure by the running script element, so that no id can collide
    private static final String SCRIPT = """
            <script>(()=>{const r=document.currentScript.parentNode,c=r.children,f=c[2].children,i=c[0].querySelector('input'),\
            o=c[0].querySelector('output'),b=c[0].querySelector('button');let t=0;\
            const s=()=>{for(let k=0;k<f.length;k++)f[k].style.display=k==i.value?'block':'none';\
            const l=f[i.value].dataset.label;o.textContent=l+' ('+(+i.value+1)+' of '+f.length+')';i.setAttribute('aria-valuetext',l)};\
            const p=()=>{clearInterval(t);t=0;b.textContent='\\u25b6 play'};i.oninput=()=>{if(t)p();s()};\
            b.onclick=()=>{if(t){p();return}if(+i.value==f.length-1){i.value=0;s()}b.textContent='\\u275a\\u275a pause';\
            t=setInterval(()=>{i.value=+i.value+1;s();if(+i.value==f.length-1||!r.isConnected)p()},600)};\
            c[1].style.display='none';c[0].style.display='block';s()})()</script>""";

    static Scrubber of(String name, List<?> values, List<?> frames) {
        List<String> labels = new ArrayList<>();
        for (Object value : values) {
            labels.add(Rows.text(value));
        }
        return new Scrubber(name, labels, comparable(frames));
    }

    /** Pictures of one kind get one range, so that moving the slider does not move the axes. */
    static List<Object> comparable(List<?> frames) {
        List<Object> drawn = new ArrayList<>();
        for (Object frame : frames) {
            Picture<?> picture = frame instanceof Tensor t ? TensorView.of(null, t).picture() : null;
            drawn.add(picture != null ? picture : frame);
        }
        Picture.Range shared = null;
        for (Object frame : drawn) {
            if (!(frame instanceof Picture<?> p) || p.getClass() != drawn.getFirst().getClass()) {
                return drawn;
            }
            shared = Picture.Range.union(shared, p.range());
        }
        if (shared == null) {
            return drawn;
        }
        List<Object> same = new ArrayList<>();
        for (Object frame : drawn) {
            same.add(((Picture<?>) frame).within(shared));
        }
        return same;
    }

    String html() {
        return html(0);
    }

    /** With the slider at a frame, which is also the one that stands without scripts. */
    String html(int shown) {
        StringBuilder out = new StringBuilder("<figure style=\"margin:.5em 0\">");
        int n = frames.size();
        // the attribute keeps JupyterLab from taking the slider's arrow keys for itself: it would jump to another heading
        out.append("<div style=\"display:none;margin-bottom:.3em\"><label>").append(Html.escape(name))
                .append(" <input data-lm-suppress-shortcuts=\"true\" type=\"range\" min=\"0\" max=\"").append(n - 1).append("\" value=\"").append(shown).append("\" step=\"1\" style=\"width:45%;vertical-align:middle\"></label> <output>")
                .append(Html.escape(labels.get(shown))).append("</output> <button data-lm-suppress-shortcuts=\"true\" type=\"button\" style=\"font:inherit;font-size:.85em\">▶ play</button></div>");
        out.append("<div style=\"").append(Html.QUIET).append("\">").append(Html.escape(name)).append(" = ").append(Html.escape(labels.get(shown)))
                .append(" (frame ").append(shown + 1).append(" of ").append(n).append("; the slider appears when the notebook is trusted or run again)</div><div>");
        for (int i = 0; i < n; i++) {
            out.append("<div data-label=\"").append(Html.escape(labels.get(i))).append("\" style=\"display:").append(i == shown ? "block" : "none").append("\">").append(Outputs.of(null, frames.get(i)).html()).append("</div>");
        }
        return out.append("</div>").append(SCRIPT).append("</figure>").toString();
    }

    String text() {
        StringBuilder out = new StringBuilder();
        int n = frames.size();
        for (int i : n == 1 ? new int[] {0} : new int[] {0, n - 1}) {
            out.append(i == 0 ? "" : "\n").append(name).append(" = ").append(labels.get(i)).append(" (frame ").append(i + 1).append(" of ").append(n).append(")\n")
                    .append(Outputs.of(null, frames.get(i)).text());
        }
        return out.toString();
    }
}
