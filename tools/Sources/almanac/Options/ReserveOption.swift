import ArgumentParser
import SegmentStore

/// The free space that a writing command leaves on the disk.
struct ReserveOption: ParsableArguments {
    @Option(
        name: .customLong("reserve"),
        help: ArgumentHelp(
            "Space of the disk to leave free, like 64MiB or 0 (default: a twentieth of the disk, "
                + "at most 128MiB).",
            valueName: "size"))
    var size: ByteSize?

    /// The options to open a store with for writing.
    var storeOptions: StoreOptions {
        var options = StoreOptions()
        options.diskReserveByteCount = size?.byteCount
        return options
    }
}

/// A number of bytes, as `64MiB`, `2GB` (of a thousand) or `1000000`.
struct ByteSize: Equatable, Sendable, ExpressibleByArgument {
    let byteCount: Int

    private static let units: [(symbol: String, byteCount: Int)] = [
        ("tib", 1 << 40), ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10),
        ("tb", 1_000_000_000_000), ("gb", 1_000_000_000), ("mb", 1_000_000), ("kb", 1000),
        ("b", 1), ("", 1),
    ]

    /// `nil` for a sign, a fraction, an unknown unit, and for more than an `Int` holds.
    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) }
        let symbol = argument.dropFirst(digits.count).lowercased()
        guard let count = Int(digits),
            let unit = ByteSize.units.first(where: { $0.symbol == symbol })
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.byteCount)
        guard !overflow else { return nil }
        byteCount = product
    }
}
