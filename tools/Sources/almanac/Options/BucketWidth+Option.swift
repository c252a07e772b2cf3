import Almanac

extension BucketWidth {
    /// The width that `--every` names.
    static func every(_ text: String) throws(ToolFailure) -> BucketWidth {
        guard let width = BucketWidth(text) else {
            throw ToolFailure(
                .usage,
                "--every: found \"\(text)\", expected a width like 30s, 15m, 1h, 1d, week, month "
                    + "or year")
        }
        return width
    }
}
