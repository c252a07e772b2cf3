/// The reason why a collector cannot start or cannot do what was requested.
public struct CollectorError: Error, Hashable, Sendable {
    /// An open set: switch with a default.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// A setting is outside its range.
        public static let invalidSetting = Code(rawValue: "invalidSetting")
        /// The plan contradicts itself.
        public static let invalidPlan = Code(rawValue: "invalidPlan")
        /// The plan does not have the device.
        public static let unknownDevice = Code(rawValue: "unknownDevice")
        /// The collector was stopped meanwhile, or is not started.
        public static let notRunning = Code(rawValue: "notRunning")
        /// The store refused.
        public static let history = Code(rawValue: "history")
        public static let cancelled = Code(rawValue: "cancelled")
    }

    public var code: Code
    /// Found and expected, in words.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension CollectorError: CustomStringConvertible {
    public var description: String { message }
}
