import BenchReport
import ColumnCodec

/// `bench codecs`: every codec on typical data, the best and the worst for it.
struct CodecsRun {
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "codecs", words: 0, options: ["--result"])
        resultPath = words.text("--result")
    }

    func run() throws {
        var table = ResultTable(
            labels: ["Column", "Codec", "Data"],
            columns: [
                .init("encode", title: "encode M/s"), .init("decode", title: "decode M/s"),
                .init("bytes", title: "B/value", decimals: 3),
            ])
        for item in CodecCase.ofTimes + CodecCase.ofValues + CodecCase.ofQualities {
            let measured = try CodecMeasurement(item)
            table.append(
                item.column.rawValue, "`\(item.codec)`", item.data + remark(item, measured),
                figures: [
                    "encode": measured.encodedPerSecond, "decode": measured.decodedPerSecond,
                    "bytes": measured.bytesPerValue,
                ])
        }
        // Encoding includes the choice of the codec and decoding as a proof.
        try Measured(
            data: "chunks of 8,192 samples (200 for the varint codecs), every bit compared",
            table: table
        ).show(resultPath: resultPath)
    }

    /// The encoder goes by size alone: with a later version another codec may win here.
    private func remark(_ item: CodecCase, _ measured: CodecMeasurement) -> String {
        measured.chosen == [item.codec]
            ? "" : " (chosen: \(measured.chosen.sorted().joined(separator: ", ")))"
    }
}
