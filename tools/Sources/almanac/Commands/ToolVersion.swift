import Almanac
import SegmentStore

/// Which program this is.
enum ToolVersion {
    static let number = AlmanacVersion.number

    static var text: String {
        "almanac \(number), store format \(Manifest.supportedFormat)"
    }
}
