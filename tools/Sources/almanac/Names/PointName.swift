/// A point's full name in its two parts: split at the first `/`, because a device's name may hold
/// none and a point's may.
struct PointName: Hashable, Sendable {
    let device: String
    let point: String

    init(device: String, point: String) {
        self.device = device
        self.point = point
    }

    /// nil without a `/`, or with nothing on one of its sides.
    init?(_ fullName: String) {
        guard let slash = fullName.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        device = String(fullName[..<slash])
        point = String(fullName[fullName.utf8.index(after: slash)...])
        guard !device.isEmpty, !point.isEmpty else { return nil }
    }

    var text: String { "\(device)/\(point)" }
}
