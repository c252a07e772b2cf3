import TimeSeriesModel

/// How an export spells its cells.
struct ExportText: Sendable {
    /// For spreadsheets.
    let isExcel: Bool

    var separator: UInt8 { isExcel ? UInt8(ascii: ";") : UInt8(ascii: ",") }

    func appendHeader(_ names: [String], to bytes: inout [UInt8]) {
        // Without the mark a spreadsheet takes UTF-8 for the code page of its country.
        if isExcel { bytes.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        for (place, name) in names.enumerated() {
            if place > 0 { bytes.append(separator) }
            appendText(name, to: &bytes)
        }
        bytes.append(0x0A)
    }

    /// A name; a spreadsheet would compute what begins like a formula.
    func appendText(_ text: String, to bytes: inout [UInt8]) {
        FieldText.appendCSV(
            isExcel ? FieldText.withoutFormula(text) : text, separator: separator, to: &bytes)
    }
}
