import Almanac
import ArgumentParser
import Glibc
import SegmentStore

/// The store at a glance.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Tells what a store holds.",
        discussion: """
            Takes no lock, works beside a writer, and reads no sample unless one is in the future: \
            more than a day later than this machine's clock. Such samples are counted in \
            future_samples and leave last_time to the newest of the others. floor is the time before \
            which retention has removed everything and the store refuses samples.

            Example:
              almanac info --store ./demo
            """)

    @Option(help: ArgumentHelp("Tell it again and again, so far apart.", valueName: "1s"))
    var watch: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    func run() throws {
        let zone = try zone.zone()
        let output = OutputBuffer.standard()
        guard let watch else {
            try write(to: output, zone)
            return try output.finish()
        }
        guard let pause = BucketWidth.milliseconds(watch[...]) else {
            throw ToolFailure(.usage, "--watch: found \"\(watch)\", expected a time like 1s or 5m")
        }
        let isScreen = options.terminal.isOutput && options.form == .table
        while true {
            // Home and wipe: the figures stand still where only they change.
            if isScreen { try output.append("\u{1B}[H\u{1B}[2J") }
            try write(to: output, zone)
            try output.flush()
            SystemClock.sleep(milliseconds: pause) { usleep($0) }
        }
    }

    private func write(to output: OutputBuffer, _ zone: TimeZoneRules) throws(ToolFailure) {
        let path = store.path
        let snapshot = try store.openSnapshot()
        let summary = try withStoreErrors(of: path) { () throws(StoreError) in
            try snapshot.summary()
        }
        let clock = try withHistoryErrors(of: path) { () throws(HistoryError) in
            try HistorySnapshot(of: snapshot, skipping: DamageLog())
                .clockReview(at: SystemClock.now)
        }
        try RecordWriter.write(
            fields(summary, snapshot, clock), schema: "almanac.info/1", in: options.form,
            to: output, zone: zone)
        guard !clock.isClockBehind else { return Notes.error(clock.behindText(in: zone)) }
        if let text = clock.futureText(in: zone, snapshot.catalog) {
            Notes.error("warning: \(text)")
        }
    }

    private func fields(
        _ summary: StoreSummary, _ snapshot: Snapshot, _ clock: ClockReview
    ) -> [RowWriter.Field] {
        [
            .init("store", .text(store.path)),
            .init("format", .integer(snapshot.format)),
            .init("years", .years(summary.years)),
            .init("segments", .integer(summary.segmentCount)),
            .init("series", .integer(summary.seriesCount)),
            .init("samples", .integer(summary.sampleCount)),
            .init("bytes", .bytes(summary.byteCount)),
            .init(
                "bytes_per_sample",
                .number(summary.bytesPerSample, places: 3)),
            .init("wal_bytes", .bytes(summary.logByteCount)),
            .init("first_time", .time(summary.firstTime)),
            .init("last_time", .time(clock.newestTime)),
            .init("floor", .time(snapshot.floor)),
            .init(
                "future_samples", .integer(clock.isClockBehind ? 0 : clock.futureSampleCount)),
        ]
    }
}

extension StoreSummary {
    var bytesPerSample: Double? {
        sampleCount > 0 ? Double(byteCount) / Double(sampleCount) : nil
    }
}
