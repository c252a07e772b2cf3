import Almanac
import AlmanacCollector
import Synchronization
import TimeSeriesModel

/// The course of a collection on standard output: a table that is kept up to date on a terminal,
/// else an event per line.
struct CollectDisplay: Sendable {
    private let options: FormOptions
    private let zone: TimeZoneRules
    private let names: [DeviceID: String]

    init(of plan: CollectorPlan, _ options: FormOptions, _ zone: TimeZoneRules) {
        self.options = options
        self.zone = zone
        names = Dictionary(plan.devices.map { ($0.id, $0.name) }) { first, _ in first }
    }

    /// Between two drawings of the table.
    private static let interval: Duration = .seconds(1)

    /// Shows what happens until the collector's events end.
    ///
    /// - Returns: the reason if it could not be written.
    func show(
        _ collector: BACnetCollector, _ events: AsyncStream<CollectorEvent>
    ) async -> ToolFailure? {
        do throws(ToolFailure) {
            if options.form == .table, options.terminal.isOutput {
                try await showTable(collector, events)
            } else {
                try await showEvents(events)
            }
            return nil
        } catch {
            return error
        }
    }

    private func showEvents(
        _ events: AsyncStream<CollectorEvent>
    ) async throws(ToolFailure) {
        let output = OutputBuffer.standard()
        let writer =
            options.form == .table
            ? nil
            : try RowWriter(
                EventRows.columns(in: options.form), schema: "almanac.collect/1",
                in: options.form, to: output, options: options, zone: zone)
        try output.flush()
        for await event in events {
            if let writer {
                try writer.append(EventRows.cells(event, in: options.form))
            } else {
                try output.append(EventRows.line(event, names, zone) + "\n")
            }
            // Each event at once: a program or a person waits for it.
            try output.flush()
        }
        try output.finish()
    }

    private func showTable(
        _ collector: BACnetCollector, _ events: AsyncStream<CollectorEvent>
    ) async throws(ToolFailure) {
        let ended = EndMark()
        Task {
            for await _ in events {}
            ended.set()
        }
        let output = OutputBuffer.standard()
        let table = StatusTable(zone: zone, terminal: options.terminal)
        var height = 0
        while true {
            let isLast = ended.isSet
            let size = Terminal.size ?? ScreenSize(columns: 80, rows: 24)
            let lines = table.lines(of: collector.status(), on: size)
            // Back to the table's first line; each line is wiped to its end, then all below.
            let back = height > 0 ? "\u{1B}[\(height)A" : ""
            let text = lines.map { "\r\($0)\u{1B}[K\n" }.joined()
            try output.append(back + text + "\u{1B}[J")
            try output.flush()
            height = lines.count
            if isLast { break }
            try? await Task.sleep(for: CollectDisplay.interval)
        }
        try output.finish()
    }
}

/// Set once, by another task.
private final class EndMark: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}

/// Events of a collector as lines, rows and objects.
enum EventRows {
    static func columns(in form: OutputForm) -> [Column] {
        let columns = [
            Column("time"), Column("event"), Column("device", .right), Column("message"),
        ]
        return form == .ndjson ? columns + [Column("fields")] : columns
    }

    static func cells(_ event: CollectorEvent, in form: OutputForm) -> [Cell] {
        let cells: [Cell] = [
            .time(event.time), .text(event.kind.rawValue),
            event.device.map { .name(Int($0.rawValue)) } ?? .missing, .text(event.message),
        ]
        guard form == .ndjson else { return cells }
        let fields = event.fields.sorted { $0.key < $1.key }.map {
            RowWriter.Field($0.key, .text($0.value))
        }
        return cells + [fields.isEmpty ? .missing : .fields(fields)]
    }

    /// `2026-03-01 08:15:00  1001 ahu-1  stored  98 points …`.
    static func line(
        _ event: CollectorEvent, _ names: [DeviceID: String], _ zone: TimeZoneRules
    ) -> String {
        var parts = [zone.text(of: event.time)]
        if let device = event.device {
            parts.append(
                names[device].map { "\(device.rawValue) \(Cell.printable($0))" }
                    ?? "\(device.rawValue)")
        }
        parts.append(event.kind.rawValue.split(separator: "_").joined(separator: " "))
        parts.append(Cell.printable(event.message))
        return parts.joined(separator: "  ")
    }
}

/// The devices of a collector in the lines of a screen.
struct StatusTable {
    let zone: TimeZoneRules
    let terminal: Terminal

    private static let titles = [
        "device", "name", "state", "points", "last tick", "lag", "missed", "last error",
    ]
    /// Columns whose texts are numbers.
    private static let rightColumns: Set<Int> = [0, 3, 5, 6]

    /// As many lines as the screen has room for, devices in trouble first, then a summary.
    func lines(of status: CollectorStatus, on size: ScreenSize) -> [String] {
        // The titles, the summary, the line of what is left out, and the cursor's own line.
        let room = max(1, size.rows - 4)
        let devices = status.devices.sorted { left, right in
            let (leftRank, rightRank) = (Self.rank(left.state), Self.rank(right.state))
            return leftRank == rightRank ? left.id < right.id : leftRank < rightRank
        }
        let rows = devices.prefix(room).map(row)
        let widths = Self.titles.indices.map { column in
            ([Self.titles[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            let text = cells.enumerated().map { column, cell -> String in
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return Self.rightColumns.contains(column) ? padding + cell : cell + padding
            }.joined(separator: "  ")
            return String(text.prefix(size.columns))
        }
        var lines = [terminal.colored(line(Self.titles), .bold)]
        for (device, row) in zip(devices, rows) {
            let text = line(row)
            lines.append(
                Self.rank(device.state) < 2 ? terminal.colored(text, .red) : text)
        }
        if devices.count > room { lines.append("and \(devices.count - room) more") }
        lines.append(String(summary(of: status).prefix(size.columns)))
        return lines
    }

    private func row(_ device: CollectorStatus.Device) -> [String] {
        [
            "\(device.id.rawValue)", Cell.printable(device.name), device.state.rawValue,
            NumberText.grouped(device.points), device.lastTick.map { zone.text(of: $0) } ?? "-",
            device.lag.map { LengthText.text(milliseconds: Int64($0 / .milliseconds(1))) } ?? "-",
            NumberText.grouped(device.missedTicks),
            device.lastError.map { Cell.printable($0) } ?? "-",
        ]
    }

    private func summary(of status: CollectorStatus) -> String {
        let counts = Dictionary(grouping: status.devices, by: \.state).mapValues(\.count)
        let states = CollectorStatus.State.allCases.compactMap { state in
            counts[state].map { "\($0) \(state.rawValue)" }
        }
        let points = status.devices.reduce(0) { $0 + $1.points }
        return (["\(NumberText.count(points, of: "point"))"] + states).joined(separator: ", ")
    }

    /// Trouble comes first.
    private static func rank(_ state: CollectorStatus.State) -> Int {
        switch state {
        case .offline: 0
        case .suspect: 1
        case .waiting: 2
        case .ok: 3
        case .disabled: 4
        }
    }
}
