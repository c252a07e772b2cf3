import BenchReport
import Testing

@Suite("MarkedPage") struct MarkedPageTests {
    private static let page = """
        # Page

        <!-- bench one -->
        old
        <!-- end one -->
        text by hand
        <!-- bench two -->
        <!-- end two -->

        """

    @Test("keeps all text outside of the sections, to the byte")
    func keepsText() throws {
        var page = try MarkedPage(MarkedPageTests.page)
        #expect(page.text == MarkedPageTests.page)
        #expect(page.names == ["one", "two"])
        #expect(page["one"] == "old")
        page.replace("one", with: "new\n\nlines")
        let expected = MarkedPageTests.page.replacingOccurrences(of: "old", with: "new\n\nlines")
        #expect(page.text == expected)
        #expect(try MarkedPage(page.text)["one"] == "new\n\nlines")
    }

    @Test(
        "refuses marks without their other, and names that occur twice",
        arguments: [
            "<!-- bench a -->", "<!-- end a -->", "<!-- bench a -->\n<!-- end b -->",
            "<!-- bench a -->\n<!-- bench b -->\n<!-- end b -->\n<!-- end a -->",
            "<!-- bench a -->\n<!-- end a -->\n<!-- bench a -->\n<!-- end a -->",
        ])
    func refusesMarks(page: String) {
        #expect(throws: ReportError.self) { try MarkedPage(page) }
    }

    @Test("finds the commits that a page names, and no other words")
    func findsCommits() {
        let page = """
            at commit d2db200, `467278b` and 0123456789abcdef0123456789abcdef01234567;
            2026-12-01, 1234567, decade, defaced, 6ac1e5 and x1a2b3c4d are none, d2db200 is there twice
            """
        #expect(
            MarkedPage.commits(in: page) == [
                "d2db200", "467278b", "0123456789abcdef0123456789abcdef01234567",
            ])
    }
}
