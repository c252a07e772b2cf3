import BenchReport
import Foundation

/// The measurement of a command: printed, and written for `bench report` if a file is named.
struct Measured: Codable {
    /// The data, in the words of a caption.
    var data: String
    var table: ResultTable
    /// The commit that the figures are compared with.
    var otherCommit: String?

    /// Ends a command.
    func show(resultPath: String?) throws {
        announce(data)
        announce(table.text)
        guard let resultPath else { return }
        try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: resultPath))
    }
}

extension BinaryInteger {
    /// With separated thousands.
    var grouped: String { FigureText.of(Double(self), decimals: 0) }
}
