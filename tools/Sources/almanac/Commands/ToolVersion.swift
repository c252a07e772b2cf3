import SegmentStore

/// Which program this is.
enum ToolVersion {
    /// Of the whole repository, as `docs/CHANGELOG.md` names it.
    static let number = "0.1.0-unreleased"

    static var text: String {
        "almanac \(number), store format \(Manifest.supportedFormat)"
    }
}
