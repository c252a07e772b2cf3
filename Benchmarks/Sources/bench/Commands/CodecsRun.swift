import ColumnCodec
import Foundation

/// `bench codecs`: every codec on typical data, the best and the worst for it.
struct CodecsRun {
    init(_ arguments: ArraySlice<String>) throws {
        _ = try Arguments(arguments, of: "codecs", words: 0, options: [])
    }

    func run() throws {
        announce(row("column", "codec", "data", "encode M/s", "decode M/s", "B/value"))
        for item in CodecCase.ofTimes + CodecCase.ofValues + CodecCase.ofQualities {
            let measured = try CodecMeasurement(item)
            announce(
                row(
                    item.column.rawValue, item.codec, item.data,
                    number(measured.encodedPerSecond), number(measured.decodedPerSecond),
                    number(measured.bytesPerValue)) + remark(item, measured))
        }
        announce("Every bit was compared. Encoding includes the choice and decoding as a proof.")
    }

    /// The encoder goes by size alone: with a later version another codec may win here.
    private func remark(_ item: CodecCase, _ measured: CodecMeasurement) -> String {
        measured.chosen == [item.codec]
            ? "" : "  chosen: \(measured.chosen.sorted().joined(separator: ", "))"
    }

    private func row(
        _ column: String, _ codec: String, _ data: String, _ figures: String...
    ) -> String {
        column.padding(toLength: 11, withPad: " ", startingAt: 0)
            + codec.padding(toLength: 14, withPad: " ", startingAt: 0)
            + data.padding(toLength: 36, withPad: " ", startingAt: 0)
            + figures.map { figure in
                String(repeating: " ", count: max(1, 12 - figure.count)) + figure
            }.joined()
    }

    private func number(_ value: Double) -> String {
        String(format: value >= 100 ? "%.0f" : "%.3f", value)
    }
}
