import TestSupport
import Testing

@testable import SegmentStore

@Suite("JSONParser") struct JSONParserTests {
    static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONParser.parse([UInt8](text.utf8)[...])
    }

    static func text(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static let sample = #"""
        {"a": [1, -2, 0, 1.50, 1e+9, 9007199254740991, 9007199254740992], "b": {"c": null},
         "d": [true, false], "e": "q\"b\\s\/\b\f\n\r\té€😀", "f": [], "g": {}}
        """#

    @Test("reads every kind of value")
    func values() throws {
        let expected = JSONValue.object([
            JSONMember(
                "a",
                .array([
                    .integer(1), .integer(-2), .integer(0), .number("1.50"), .number("1e+9"),
                    .integer(9_007_199_254_740_991), .number("9007199254740992"),
                ])),
            JSONMember("b", .object([JSONMember("c", .null)])),
            JSONMember("d", .array([.bool(true), .bool(false)])),
            JSONMember("e", .string("q\"b\\s/\u{8}\u{C}\n\r\té€😀")),
            JSONMember("f", .array([])), JSONMember("g", .object([])),
        ])
        #expect(try Self.parse(Self.sample) == expected)
    }

    @Test("reads again what it printed, the same to the byte")
    func roundTrip() throws {
        let value = try Self.parse(Self.sample)
        let printed = Self.text(value)
        #expect(try Self.parse(printed) == value)
        #expect(Self.text(try Self.parse(printed)) == printed)
        #expect(Self.text(.string("\u{1}\u{7F}")) == #""\u0001\u007f""#)
    }

    @Test(
        "refuses with the offset and what was expected",
        arguments: [
            ("", 0, "a value"), ("[1,]", 3, "a value"), ("[1 2]", 3, "',' or ']'"),
            (#"{"a" 1}"#, 5, "':'"), ("{a: 1}", 1, "a key"), ("01", 1, "the end of the text"),
            ("-", 1, "a digit"), ("1.", 2, "a digit"), ("1e", 2, "a digit"), ("tru", 3, "true"),
            (#"{"a": 1, "a": 2}"#, 9, "twice"), ("\"a", 2, "'\"'"), (#""\x""#, 2, "one of"),
            (#""\u12g4""#, 5, "four hex"), (#""\ud800""#, 7, "second half"), ("[1] x", 4, "end"),
            (#""\udc00""#, 3, "half a surrogate"), ("\"\n\"", 1, "no control"),
            ("+1", 0, "a value"),
            ("nul", 3, "null"), (#"{"a": 1,}"#, 8, "a key"), ("{\"a\": 1", 7, "',' or '}'"),
        ])
    func refusal(text: String, offset: Int, expected: String) {
        do throws(JSONError) {
            _ = try Self.parse(text)
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.offset == offset)
            #expect(error.text.contains(expected), "\(error.text)")
        }
    }

    @Test("refuses text that is not UTF-8, too deep, or too long")
    func bounds() throws {
        #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xC3, 0x28, 0x22]) }
        let depth = JSONParser.depthMax
        let deep = { (n: Int) in
            String(repeating: "[", count: n) + String(repeating: "]", count: n)
        }
        _ = try Self.parse(deep(depth))
        #expect(throws: JSONError.self) { try Self.parse(deep(depth + 1)) }
        #expect(throws: JSONError.self) { try Self.parse(String(repeating: "[", count: 100_000)) }
        let long = [UInt8](repeating: 0x20, count: JSONParser.byteCountMax + 1)
        #expect(throws: JSONError.self) { try JSONParser.parse(long[...]) }
    }

    @Test("never traps on a changed text, and prints what it takes so that it reads the same")
    func fuzz() throws {
        var random = SplitMix64(seed: 20_260_701)
        let seeds = [Array(Self.sample.utf8), Manifest.sample().encode()]
        for _ in 0..<6000 {
            let changed = random.mutated(seeds[Int(random.next() % 2)])
            guard let value = try? JSONParser.parse(changed[...]) else { continue }
            #expect(try Self.parse(Self.text(value)) == value)
        }
    }
}
