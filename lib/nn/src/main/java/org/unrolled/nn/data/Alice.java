package org.unrolled.nn.data;

/**
 * Alice's Adventures in Wonderland by Lewis Carroll (1865), in the public domain: about 143,000 characters of plain ASCII, without the title page. Quotation
 * marks are `these'. The edition is the one in the Canterbury Corpus (Arnold and Bell 1997).
 */
public final class Alice {
    private Alice() { }

    /** The whole story. */
    public static String text() {
        return Resources.text("alice.txt.gz");
    }

    /** The story as characters to predict: the first nine tenths to learn from, half of the rest for validation, the end for the test. */
    public static Characters characters() {
        return Characters.of(text(), 0.9, 0.05);
    }
}
