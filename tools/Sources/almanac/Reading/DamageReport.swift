import SegmentStore

extension DamageLog {
    /// Names on standard error what a read had to leave out.
    ///
    /// - Throws: with `findings`, after everything else was printed, where samples are missing.
    func report(of store: String, _ catalog: Catalog) throws(ToolFailure) {
        let losses = losses
        guard !losses.isEmpty else { return }
        for damage in losses.prefix(10) {
            let owner = damage.series.flatMap { catalog.title(of: $0) }.map { " of \($0)" } ?? ""
            Notes.error("\(store): damaged samples\(owner) were left out: \(damage)")
        }
        if losses.count > 10 { Notes.error("\(store): and \(losses.count - 10) more damages") }
        throw ToolFailure(.findings, "\(store): `almanac verify` lists all damage")
    }
}
