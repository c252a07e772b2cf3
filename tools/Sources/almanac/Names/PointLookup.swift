import SegmentStore
import TimeSeriesModel

extension Catalog {
    /// The one point that a person names: `device/point`, or an address like `1201:2:5`.
    ///
    /// - Throws: with `missing` for none, and with all their addresses for several.
    func point(named text: String, in store: String) throws(ToolFailure) -> CatalogPoint {
        let named = addresses(named: text)
        if named.count == 1, let point = self[named[0]] { return point }
        guard named.isEmpty else {
            throw ToolFailure(
                .usage,
                "the name \(text) belongs to \(named.count) points; name one by its address: "
                    + named.map(\.description).joined(separator: ", "))
        }
        if let address = PointAddress(text), let point = self[address] { return point }
        throw ToolFailure(
            .missing,
            "no point \(text) in \(store)\(hint(for: text)); `almanac ls points` lists them")
    }

    /// What the point is called: its full name, or its address where nobody named it.
    func title(of address: PointAddress) -> String { fullName(of: address) ?? address.description }

    func title(of series: SeriesID) -> String? { address(of: series).map { title(of: $0) } }

    /// The points that a glob names; all where there is none.
    ///
    /// - Throws: with `missing` where the glob fits no point.
    func points(fitting glob: String?, in store: String) throws(ToolFailure) -> [CatalogPoint] {
        guard let glob else { return Array(points) }
        let found = points(matching: glob)
        if !found.isEmpty { return found }
        if let address = PointAddress(glob), let point = self[address] { return [point] }
        throw ToolFailure(
            .missing,
            "no point fits \(glob) in \(store)\(hint(for: glob)); `almanac ls points` lists them")
    }

    /// Names like the one that was typed; only the part behind the `/` counts where there was none.
    private func hint(for text: String) -> String {
        let isFull = text.contains("/")
        let found = Spelling.nearest(
            to: text, among: points.lazy.map { title(of: $0.address) }, countMax: 3
        ) { isFull ? $0 : PointName($0)?.point ?? $0 }
        return found.isEmpty ? "" : " (did you mean \(found.joined(separator: ", "))?)"
    }
}
