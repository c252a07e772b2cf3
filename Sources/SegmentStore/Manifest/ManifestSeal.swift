import ColumnCodec

/// The last line of a manifest, `h64=<16 hex>`, over all lines before it.
enum ManifestSeal {
    private static let byteCount = 21
    /// How every manifest of every version begins.
    private static let beginning = "{\"format\": "

    static func seal(_ lines: [UInt8]) -> [UInt8] {
        lines + "h64=\(H64.hash(lines, seed: 0).hexText)\n".utf8
    }

    /// The lines before the seal, once it has been found to fit.
    static func open(_ bytes: [UInt8]) throws(ManifestFault) -> ArraySlice<UInt8> {
        let lines = bytes.dropLast(byteCount)
        guard let expected = value(bytes.suffix(byteCount)), lines.last == UInt8(ascii: "\n") else {
            guard bytes.starts(with: beginning.utf8.prefix(bytes.count)) else {
                throw ManifestFault("a file without our beginning and seal", code: .foreign)
            }
            throw ManifestFault(
                "the last line \"h64=\" and 16 hex digits is missing or changed",
                offset: lines.count)
        }
        let found = H64.hash(Array(lines), seed: 0)
        guard found == expected else {
            throw ManifestFault(
                "checksum \(found.hexText) found, \(expected.hexText) expected", offset: 0)
        }
        return lines
    }

    /// The checksum in the last line, nil where it is no such line.
    private static func value(_ line: ArraySlice<UInt8>) -> UInt64? {
        guard line.count == byteCount, line.starts(with: "h64=".utf8),
            line.last == UInt8(ascii: "\n")
        else { return nil }
        let digits = String(decoding: line.dropFirst(4).dropLast(), as: UTF8.self)
        return UInt64(hexDigits: digits, count: 16)
    }
}
