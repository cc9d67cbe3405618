package org.unrolled.nn.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A context-free grammar with weighted rules and lexicons in two columns: words that every part may have, and words of the test only. */
final class Grammar {
    private static final Pattern NAME = Pattern.compile("<([A-Za-z-]+)>");

    /** @param known words of all parts and of training and validation */
    record Lexicon(List<String> known, List<String> test) { }

    private record Way(int weight, String[] symbols) { }

    private static final String CLASS = "class ";

    private final Map<String, List<Way>> rules = new LinkedHashMap<>();
    private final Map<String, Lexicon> lexicons = new LinkedHashMap<>();
    private final List<String> classes = new ArrayList<>();

    Grammar(String name, String source) {
        for (String raw : source.split("\n")) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) continue;
            int arrow = line.indexOf("->");
            int equals = line.indexOf('=');
            if (arrow > 0) {
                String left = line.substring(0, arrow).strip();
                Matcher m = NAME.matcher(left);
                if (!m.matches()) classes.add(left);
                List<Way> ways = new ArrayList<>();
                for (String way : line.substring(arrow + 2).split("\\|", -1)) {
                    Matcher weight = Pattern.compile("\\s*(\\d+) \\*(.*)").matcher(way);
                    boolean weighted = weight.matches();
                    String symbols = (weighted ? weight.group(2) : way).strip();
                    ways.add(new Way(weighted ? Integer.parseInt(weight.group(1)) : 1, symbols.isEmpty() ? new String[0] : symbols.split(" +")));
                }
                rules.put(m.matches() ? m.group(1) : CLASS + left, ways);
            } else if (equals > 0) {
                Matcher m = NAME.matcher(line.substring(0, equals).strip());
                String[] columns = line.substring(equals + 1).split("/");
                if (!m.matches() || columns.length != 2) throw new IllegalStateException(name + ": a lexicon is <name> = known words / words of the test only, not: " + line);
                lexicons.put(m.group(1), new Lexicon(words(columns[0]), words(columns[1])));
            } else {
                throw new IllegalStateException(name + ": neither a rule (->) nor a lexicon (=): " + line);
            }
        }
        for (List<Way> ways : rules.values()) {
            for (Way way : ways) {
                for (String symbol : way.symbols) {
                    Matcher m = NAME.matcher(symbol);
                    if (m.matches() && !rules.containsKey(m.group(1)) && !lexicons.containsKey(m.group(1))) {
                        throw new IllegalStateException(name + ": nothing defines " + symbol);
                    }
                }
            }
        }
    }

    private static List<String> words(String column) {
        List<String> words = new ArrayList<>();
        for (String word : column.split(";")) words.add(word.strip());
        return List.copyOf(words);
    }

    List<String> classes() {
        return List.copyOf(classes);
    }

    Map<String, Lexicon> lexicons() {
        return lexicons;
    }

    /**
     * A sentence of a class.
     *
     * @param heldOut how often a lexicon gives a word of the test only; training and validation never have one
     */
    String sentence(String start, boolean test, double heldOut, Random random) {
        StringBuilder out = new StringBuilder();
        expand(CLASS + start, test, heldOut, random, out);
        return out.toString().strip();
    }

    private void expand(String name, boolean test, double heldOut, Random random, StringBuilder out) {
        Lexicon lexicon = lexicons.get(name);
        if (lexicon != null) {
            List<String> words = test && random.nextDouble() < heldOut ? lexicon.test : lexicon.known;
            out.append(words.get(random.nextInt(words.size()))).append(' ');
            return;
        }
        List<Way> ways = rules.get(name);
        int all = 0;
        for (Way way : ways) all += way.weight;
        int drawn = random.nextInt(all);
        for (Way way : ways) {
            drawn -= way.weight;
            if (drawn >= 0) continue;
            for (String symbol : way.symbols) {
                if (symbol.startsWith("<")) {
                    expand(symbol.substring(1, symbol.length() - 1), test, heldOut, random, out);
                } else {
                    out.append(symbol).append(' ');
                }
            }
            return;
        }
    }
}
