import Almanac
import ArgumentParser
import TimeSeriesModel

/// Which part of the data a command is about.
struct SpanOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "First moment: RFC 3339, 2025-03-01, 2025-03, -7d, now-24h, or Unix milliseconds.",
            valueName: "time"))
    var from: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End; does not belong to the range itself.", valueName: "time"))
    var to: String?

    /// Whether a part was asked for, and not everything.
    var isGiven: Bool { from != nil || to != nil }

    /// The range asked for, with what is not said taken as everything.
    func range(in zone: TimeZoneRules, now: Timestamp) throws(ToolFailure) -> TimeRange {
        let from =
            try from.map { (text) throws(ToolFailure) in
                try SpanOptions.moment(text, "--from", zone, now)
            } ?? TimeRange.all.from
        let to =
            try to.map { (text) throws(ToolFailure) in
                try SpanOptions.moment(text, "--to", zone, now)
            } ?? TimeRange.all.to
        guard let range = TimeRange(from: from, to: to) else {
            throw ToolFailure(
                .usage,
                "--from \(self.from ?? "") lies after --to \(self.to ?? ""): "
                    + "\(zone.text(of: from)) found, at most \(zone.text(of: to)) expected")
        }
        return range
    }

    /// The moment that an option names.
    static func moment(
        _ text: String, _ option: String, _ zone: TimeZoneRules, _ now: Timestamp
    ) throws(ToolFailure) -> Timestamp {
        guard let moment = MomentText.moment(text, in: zone, now: now) else {
            throw ToolFailure(
                .usage,
                "\(option): found \"\(text)\", expected a time like 2025-03-01T08:00:00+01:00, "
                    + "2025-03-01, 2025-03, -7d, now-24h or Unix milliseconds")
        }
        if MomentText.looksLikeSeconds(text) {
            Notes.error(
                "\(option) \(text) is taken as Unix milliseconds, \(zone.text(of: moment)); "
                    + "if it is of seconds, append 000")
        }
        return moment
    }
}

/// The same options where a command is about everything: taken, and refused with a reason.
struct NoSpanOptions: ParsableArguments {
    @OptionGroup(visibility: .hidden) var span: SpanOptions
    @OptionGroup(visibility: .hidden) var limit: LimitOption

    mutating func validate() throws {
        guard span.isGiven || limit.count != nil else { return }
        throw ValidationError("--from, --to and --limit: this command is about everything.")
    }
}

/// How much a command prints.
struct LimitOption: ParsableArguments {
    // Unconditional, so that -1 is a value that can be refused, and not another option.
    @Option(
        name: .customLong("limit"), parsing: .unconditional,
        help: ArgumentHelp("At most so many rows.", valueName: "n"))
    var count: Int?

    mutating func validate() throws {
        guard let count, count < 0 else { return }
        throw ValidationError("--limit \(count): a number from 0 was expected.")
    }
}
