/// The family of an error code (clause 21, Error).
public struct ErrorClass: NamedNumber {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let device = ErrorClass(rawValue: 0)
    public static let object = ErrorClass(rawValue: 1)
    public static let property = ErrorClass(rawValue: 2)
    public static let resources = ErrorClass(rawValue: 3)
    public static let security = ErrorClass(rawValue: 4)
    public static let services = ErrorClass(rawValue: 5)
    public static let vt = ErrorClass(rawValue: 6)
    public static let communication = ErrorClass(rawValue: 7)

    public static let word = "error-class"

    public static let names: [UInt32: String] = [
        0: "device", 1: "object", 2: "property", 3: "resources", 4: "security", 5: "services",
        6: "vt", 7: "communication",
    ]
}
