import Almanac
import ArgumentParser
import BuildingModel
import BuildingSimulation
import SegmentStore
import TimeSeriesModel

/// A store to try everything on.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Makes a store with the history of a simulated building.",
        discussion: """
            A year of 200 points up to the start of this year (UTC), with faults planted in it, \
            which are listed: `almanac gaps` and `almanac health` find each of them. The same every \
            time but for the year.

            Example:
              almanac demo ./demo
              almanac info --store ./demo
            """)

    @Argument(help: "The folder to make; it must not exist or be empty.")
    var dir: String

    @Option(help: ArgumentHelp("How many years.", valueName: "n"))
    var years = 1

    @Option(help: ArgumentHelp("How many points.", valueName: "n"))
    var points = 200

    @Option(help: ArgumentHelp("Another number is another building.", valueName: "n"))
    var seed: UInt64 = 1

    @OptionGroup var reserve: ReserveOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func validate() throws {
        guard (1...50).contains(years) else {
            throw ValidationError("--years \(years): a number from 1 to 50 was expected.")
        }
        guard (1...100_000).contains(points) else {
            throw ValidationError("--points \(points): a number from 1 to 100000 was expected.")
        }
    }

    private static let columns = [
        Column("kind"), Column("subject"), Column("from"), Column("to"), Column("reason"),
    ]

    /// So many years up to the start of this one: faults are planted in them.
    static func range(of years: Int) -> TimeRange {
        let year = UTCYear(containing: SystemClock.now).number
        return TimeRange(from: UTCYear(year - years).start, to: UTCYear(year).start)!
    }

    func run() async throws {
        let zone = try zone.zone()
        guard FolderState.isMissingOrEmpty(dir) else {
            throw ToolFailure(
                .usage, "\(dir): found a folder that is not empty, expected none or an empty one")
        }
        let building = SimulatedBuilding(
            seed: seed, pointCount: points, range: DemoCommand.range(of: years))
        let history = DemoHistory(building: building, path: dir, options: options, reserve: reserve)
        let sampleCount = try await history.write()
        try list(building, zone)
        options.notes.say(
            """

            \(dir): \(building.points.count) points of \(building.devices.count) devices, \
            \(NumberText.grouped(sampleCount)) samples; the faults above were planted. Try:
              almanac info --store \(dir)
              almanac ls points --store \(dir)
              almanac read '\(building.points[0].name)' --every 1d --agg min,mean,max --store \(dir)
              almanac plot '\(building.points[0].name)' --store \(dir)
              almanac gaps --min 1h --store \(dir)
              almanac health --store \(dir)
              almanac stat --by year --store \(dir)
              almanac verify --store \(dir)
            """)
    }

    private func list(_ building: SimulatedBuilding, _ zone: TimeZoneRules) throws(ToolFailure) {
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            DemoCommand.columns, schema: "almanac.demo/1", list: "faults", in: options.form,
            to: output, options: options, zone: zone)
        for fault in building.faults {
            try rows.append([
                .text(fault.kind.name), .text(fault.subject.name(in: building)),
                .time(fault.range.from), .time(fault.range.to), .text(fault.kind.reason),
            ])
        }
        try rows.finish()
        try output.finish()
    }
}

extension PlantedFault.Kind {
    var name: String {
        switch self {
        case .gap: "gap"
        case .deviceOutage: "device_outage"
        case .stuck: "stuck"
        case .outOfRange: "out_of_range"
        case .badQuality: "bad_quality"
        case .stalled: "stalled"
        }
    }

    /// Why samples are missing, as a collector would have recorded it. Of a point that fell silent
    /// for good nobody knows.
    var reason: String? {
        switch self {
        case .gap(let reason): reason
        case .deviceOutage: GapReason.deviceOffline.rawValue
        case .stuck, .outOfRange, .badQuality, .stalled: nil
        }
    }
}

extension PlantedFault.Subject {
    func name(in building: SimulatedBuilding) -> String {
        switch self {
        case .point(let index): building.points[index].name
        case .device(let index): building.devices[index].deviceName
        }
    }
}
