import SegmentStore
import Testing

@Suite("NamePattern") struct NamePatternTests {
    @Test(
        "matches",
        arguments: [
            ("", ""), ("*", ""), ("*", "a/b"), ("AHU*/Temp?", "AHU1/North/Temp2"),
            ("a*b*c", "abxbc"),
            ("?", "é"), ("?/?", "ü/ß"), ("*é", "aé"), ("**", "x"), ("a/b", "a/b"), ("*/*", "/"),
            ("*b?", "bbbc"), ("[a]", "[a]"),
        ])
    func matches(pattern: String, name: String) { #expect(NamePattern(pattern).matches(name)) }

    @Test(
        "does not match",
        arguments: [
            ("", "a"), ("?", ""), ("a", "A"), ("a?", "a"), ("*b", "abc"), ("??", "é"), ("a*b", "a"),
            ("[a]", "a"),
        ])
    func misses(pattern: String, name: String) { #expect(!NamePattern(pattern).matches(name)) }

    @Test("stays quick where every '*' could stand anywhere")
    func bounded() {
        let pattern = NamePattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 4000)))
    }
}
