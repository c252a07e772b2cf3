import Foundation
import TestSupport
import Testing

@testable import Almanac

@Suite("TimeZoneRules") struct TimeZoneRulesTests {
    private static let names = [
        "Europe/Zurich", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Africa/Cairo",
        "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Asia/Kathmandu", "Europe/Dublin",
        "Africa/Casablanca", "Antarctica/Troll", "Pacific/Chatham", "Etc/GMT+5",
    ]

    @Test("agrees with Foundation at any moment of 1970 to 2100", arguments: names)
    func offsets(name: String) throws {
        let zone = try TimeZoneRules.named(name)
        let other = try #require(TimeZone(identifier: name))
        var random = SplitMix64(seed: 4)
        for _ in 0..<4000 {
            let second = Int64.random(in: 0..<4_102_444_800, using: &random)
            let expected = other.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
            let found = zone.offset(at: Timestamp(seconds: second))
            guard found == Int64(expected) * 1000 else {
                Issue.record("\(name) at \(second): \(found) instead of \(expected) s")
                return
            }
        }
    }

    @Test("refuses names that are none, and paths", arguments: ["Mars/X", "../passwd", "", "/etc"])
    func unknown(name: String) {
        let error = #expect(throws: HistoryError.self) { try TimeZoneRules.named(name) }
        #expect(error?.code == .invalidParameter)
        #expect(error?.parameter == "zone")
    }

    @Test("says so where the system has no zones at all") func noFiles() {
        let error = #expect(throws: HistoryError.self) {
            try TimeZoneRules.named("Europe/Zurich", folders: ["/nowhere"])
        }
        #expect(error?.code == .io)
    }

    @Test("reads rules as POSIX writes them") func rules() throws {
        let zurich = try #require(ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3"))
        #expect(zurich.offset(at: Timestamp("2040-07-01")!.milliseconds / 1000) == 7200)
        #expect(zurich.offset(at: Timestamp("2040-12-01")!.milliseconds / 1000) == 3600)
        #expect(ZoneRule("<+0545>-5:45")?.standardOffset == 20_700)
        #expect(ZoneRule("CET-1CEST,M13.5.0,M10.5.0") == nil)
        #expect(ZoneRule("") == nil)
    }

    @Test("is refused at every truncation") func truncated() throws {
        let bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Zurich")))
        #expect(ZoneFile(bytes) != nil)
        // Cut inside the rule at its end, the file lacks only that.
        let last = bytes.dropLast().lastIndex(of: 0x0A)!
        for count in 0..<last where ZoneFile(Array(bytes[..<count])) != nil {
            Issue.record("a file of \(count) bytes was taken")
        }
    }
}
