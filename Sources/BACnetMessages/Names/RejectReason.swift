/// Why a request was not understood (clause 18.9). Numbers from 64 on are vendors' own.
public struct RejectReason: NamedNumber {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let other = RejectReason(rawValue: 0)
    public static let bufferOverflow = RejectReason(rawValue: 1)
    public static let inconsistentParameters = RejectReason(rawValue: 2)
    public static let invalidParameterDataType = RejectReason(rawValue: 3)
    public static let invalidTag = RejectReason(rawValue: 4)
    public static let missingRequiredParameter = RejectReason(rawValue: 5)
    public static let parameterOutOfRange = RejectReason(rawValue: 6)
    public static let tooManyArguments = RejectReason(rawValue: 7)
    public static let undefinedEnumeration = RejectReason(rawValue: 8)
    public static let unrecognizedService = RejectReason(rawValue: 9)
    public static let invalidDataEncoding = RejectReason(rawValue: 10)

    public static let word = "reject-reason"

    public static let names: [UInt8: String] = [
        0: "other", 1: "buffer-overflow", 2: "inconsistent-parameters",
        3: "invalid-parameter-data-type", 4: "invalid-tag", 5: "missing-required-parameter",
        6: "parameter-out-of-range", 7: "too-many-arguments", 8: "undefined-enumeration",
        9: "unrecognized-service", 10: "invalid-data-encoding",
    ]
}
