/// Why a transaction was broken off (clause 18.10). Numbers from 64 on are vendors' own.
public struct AbortReason: NamedNumber {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let other = AbortReason(rawValue: 0)
    public static let bufferOverflow = AbortReason(rawValue: 1)
    public static let invalidAPDUInThisState = AbortReason(rawValue: 2)
    public static let preemptedByHigherPriorityTask = AbortReason(rawValue: 3)
    public static let segmentationNotSupported = AbortReason(rawValue: 4)
    public static let securityError = AbortReason(rawValue: 5)
    public static let insufficientSecurity = AbortReason(rawValue: 6)
    public static let windowSizeOutOfRange = AbortReason(rawValue: 7)
    public static let applicationExceededReplyTime = AbortReason(rawValue: 8)
    public static let outOfResources = AbortReason(rawValue: 9)
    public static let tsmTimeout = AbortReason(rawValue: 10)
    public static let apduTooLong = AbortReason(rawValue: 11)

    public static let word = "abort-reason"

    public static let names: [UInt8: String] = [
        0: "other", 1: "buffer-overflow", 2: "invalid-apdu-in-this-state",
        3: "preempted-by-higher-priority-task", 4: "segmentation-not-supported",
        5: "security-error", 6: "insufficient-security", 7: "window-size-out-of-range",
        8: "application-exceeded-reply-time", 9: "out-of-resources", 10: "tsm-timeout",
        11: "apdu-too-long",
    ]
}
