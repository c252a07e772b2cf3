import Testing
import ToolTestSupport

@testable import almanac

@Suite("DecimalNumber") struct DecimalNumberTests {
    private func plain(_ text: String) -> DecimalNumber.Prefix {
        DecimalNumber.plainPrefix(Array(text.utf8).span, from: 0)
    }

    private func value(_ text: String) -> Double? { DecimalNumber.value(Array(text.utf8)) }

    /// A decimal of any length up to 22 digits, most of them as sensors give them.
    private func randomText(_ random: inout SplitMix64) -> String {
        let digitCount = Int.random(in: 1...(Bool.random(using: &random) ? 8 : 22), using: &random)
        var digits = (0..<digitCount).map { _ in
            Character(String(Int.random(in: 0...9, using: &random)))
        }
        if Int.random(in: 0..<8, using: &random) > 0 {
            digits.insert(".", at: Int.random(in: 0...digits.count, using: &random))
        }
        return (Bool.random(using: &random) ? "-" : "") + String(digits)
    }

    @Test("reads a million random decimals to the same bits as Double does")
    func random() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1_000_000 {
            let text = randomText(&random)
            let prefix = plain(text)
            guard prefix.byteCount > 0 else { continue }
            let expected = Double(text)!
            guard prefix.byteCount == text.utf8.count,
                prefix.value.bitPattern == expected.bitPattern
            else {
                Issue.record("\(text): \(prefix.value) instead of \(expected)")
                return
            }
        }
    }

    @Test("reads the shortest texts of random doubles back")
    func shortest() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<100_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let found = value(number.description)
            #expect(found?.bitPattern == number.bitPattern)
            if found?.bitPattern != number.bitPattern { return }
        }
    }

    @Test(
        "keeps every bit of what fits no fast way",
        arguments: [
            "-0.0", "-0", "5e-324", "1.7976931348623157e308", "9007199254740993",
            "0.45899999999999996", "18446744073709551615", "1E5", "+1.5", "1e-3", " 21.5\t",
            "99999999999999999999999", ".5", "5.",
        ])
    func odd(text: String) {
        let bare = text.filter { $0 != " " && $0 != "\t" }
        #expect(value(text)?.bitPattern == Double(bare)!.bitPattern)
    }

    @Test(
        "refuses what is no decimal number",
        arguments: [
            "", ".", "-", "+", "e5", "1e", "1e+", "nan", "inf", "-inf", "infinity", "0x1p3", "1 2",
            "1,5", "1.2.3", "--1", "1e999", "12a", "∞", "1_000",
        ])
    func refused(text: String) { #expect(value(text) == nil) }

    @Test("stops a plain number at the first byte that does not belong to it")
    func prefix() {
        #expect(plain("21.5,3").byteCount == 4)
        #expect(plain("21.5,3").value == 21.5)
        #expect(plain("nan").byteCount == 0)
        #expect(plain(".").byteCount == 0)
        #expect(plain("-").byteCount == 0)
    }
}
