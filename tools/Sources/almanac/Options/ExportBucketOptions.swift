import Almanac
import ArgumentParser

/// What stands in a row for a point that has no sample there.
enum FillChoice: String, ExpressibleByArgument, CaseIterable {
    case none, hold, linear

    /// What the façade is asked for; nil where nothing is.
    var ofHistory: Fill? {
        switch self {
        case .none: nil
        case .hold: .hold
        case .linear: .linear
        }
    }
}

/// Options that both forms of export have.
struct ExportBucketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A row a bucket: 15m, 1h, 1d, week, month, year.", valueName: "width"))
    var every: String?

    @Option(help: "With --every, for buckets without samples; over no gap.")
    var fill = FillChoice.none

    @Flag(help: "Compress with gzip.")
    var gzip = false

    func validate() throws {
        guard fill != .none, every == nil else { return }
        throw ValidationError("--fill is told of buckets: --every was expected with it.")
    }

    /// Standard output, compressed where that was asked for and it is not a screen.
    func openOutput(_ options: FormOptions) throws(ToolFailure) -> OutputBuffer {
        guard gzip else { return .standard() }
        guard !options.terminal.isOutput else {
            throw ToolFailure(
                .usage, "--gzip: found a terminal for output, expected a file or pipe (> x.csv.gz)")
        }
        return OutputBuffer(try GzipSink(DescriptorSink(1, name: "standard output")))
    }
}
