/// A property of an object (clause 21, BACnetPropertyIdentifier). Numbers from 512 on are vendors'
/// own.
public struct PropertyIdentifier: NamedNumber {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let activeText = PropertyIdentifier(rawValue: 4)
    public static let alignIntervals = PropertyIdentifier(rawValue: 193)
    public static let all = PropertyIdentifier(rawValue: 8)
    public static let apduSegmentTimeout = PropertyIdentifier(rawValue: 10)
    public static let apduTimeout = PropertyIdentifier(rawValue: 11)
    public static let applicationSoftwareVersion = PropertyIdentifier(rawValue: 12)
    public static let bufferSize = PropertyIdentifier(rawValue: 126)
    public static let changeOfStateCount = PropertyIdentifier(rawValue: 15)
    public static let covIncrement = PropertyIdentifier(rawValue: 22)
    public static let databaseRevision = PropertyIdentifier(rawValue: 155)
    public static let daylightSavingsStatus = PropertyIdentifier(rawValue: 24)
    public static let description = PropertyIdentifier(rawValue: 28)
    public static let deviceAddressBinding = PropertyIdentifier(rawValue: 30)
    public static let enable = PropertyIdentifier(rawValue: 133)
    public static let eventState = PropertyIdentifier(rawValue: 36)
    public static let firmwareRevision = PropertyIdentifier(rawValue: 44)
    public static let inactiveText = PropertyIdentifier(rawValue: 46)
    public static let localDate = PropertyIdentifier(rawValue: 56)
    public static let localTime = PropertyIdentifier(rawValue: 57)
    public static let logBuffer = PropertyIdentifier(rawValue: 131)
    public static let logDeviceObjectProperty = PropertyIdentifier(rawValue: 132)
    public static let logInterval = PropertyIdentifier(rawValue: 134)
    public static let loggingType = PropertyIdentifier(rawValue: 197)
    public static let maxAPDULengthAccepted = PropertyIdentifier(rawValue: 62)
    public static let maxPresValue = PropertyIdentifier(rawValue: 65)
    public static let maxSegmentsAccepted = PropertyIdentifier(rawValue: 167)
    public static let minPresValue = PropertyIdentifier(rawValue: 69)
    public static let modelName = PropertyIdentifier(rawValue: 70)
    public static let numberOfAPDURetries = PropertyIdentifier(rawValue: 73)
    public static let numberOfStates = PropertyIdentifier(rawValue: 74)
    public static let objectIdentifier = PropertyIdentifier(rawValue: 75)
    public static let objectList = PropertyIdentifier(rawValue: 76)
    public static let objectName = PropertyIdentifier(rawValue: 77)
    public static let objectType = PropertyIdentifier(rawValue: 79)
    public static let optional = PropertyIdentifier(rawValue: 80)
    public static let outOfService = PropertyIdentifier(rawValue: 81)
    public static let polarity = PropertyIdentifier(rawValue: 84)
    public static let presentValue = PropertyIdentifier(rawValue: 85)
    public static let priorityArray = PropertyIdentifier(rawValue: 87)
    public static let propertyList = PropertyIdentifier(rawValue: 371)
    public static let protocolObjectTypesSupported = PropertyIdentifier(rawValue: 96)
    public static let protocolRevision = PropertyIdentifier(rawValue: 139)
    public static let protocolServicesSupported = PropertyIdentifier(rawValue: 97)
    public static let protocolVersion = PropertyIdentifier(rawValue: 98)
    public static let recordCount = PropertyIdentifier(rawValue: 141)
    public static let reliability = PropertyIdentifier(rawValue: 103)
    public static let relinquishDefault = PropertyIdentifier(rawValue: 104)
    public static let required = PropertyIdentifier(rawValue: 105)
    public static let segmentationSupported = PropertyIdentifier(rawValue: 107)
    public static let serialNumber = PropertyIdentifier(rawValue: 372)
    public static let startTime = PropertyIdentifier(rawValue: 142)
    public static let stateText = PropertyIdentifier(rawValue: 110)
    public static let statusFlags = PropertyIdentifier(rawValue: 111)
    public static let stopTime = PropertyIdentifier(rawValue: 143)
    public static let stopWhenFull = PropertyIdentifier(rawValue: 144)
    public static let systemStatus = PropertyIdentifier(rawValue: 112)
    public static let timeOfDeviceRestart = PropertyIdentifier(rawValue: 203)
    public static let totalRecordCount = PropertyIdentifier(rawValue: 145)
    public static let units = PropertyIdentifier(rawValue: 117)
    public static let utcOffset = PropertyIdentifier(rawValue: 119)
    public static let vendorIdentifier = PropertyIdentifier(rawValue: 120)
    public static let vendorName = PropertyIdentifier(rawValue: 121)

    /// ``all``, ``required`` and ``optional`` ask for several properties at once; they name none.
    public var isSelection: Bool {
        self == .all || self == .required || self == .optional
    }

    public static let word = "property"

    public static let names: [UInt32: String] = [
        0: "acked-transitions", 1: "ack-required", 2: "action", 3: "action-text", 4: "active-text",
        5: "active-vt-sessions", 6: "alarm-value", 7: "alarm-values", 8: "all",
        9: "all-writes-successful", 10: "apdu-segment-timeout", 11: "apdu-timeout",
        12: "application-software-version", 13: "archive", 14: "bias", 15: "change-of-state-count",
        16: "change-of-state-time", 17: "notification-class", 19: "controlled-variable-reference",
        20: "controlled-variable-units", 21: "controlled-variable-value", 22: "cov-increment",
        23: "date-list", 24: "daylight-savings-status", 25: "deadband", 26: "derivative-constant",
        27: "derivative-constant-units", 28: "description", 29: "description-of-halt",
        30: "device-address-binding", 31: "device-type", 32: "effective-period",
        33: "elapsed-active-time", 34: "error-limit", 35: "event-enable", 36: "event-state",
        37: "event-type", 38: "exception-schedule", 39: "fault-values", 40: "feedback-value",
        41: "file-access-method", 42: "file-size", 43: "file-type", 44: "firmware-revision",
        45: "high-limit", 46: "inactive-text", 47: "in-process", 48: "instance-of",
        49: "integral-constant", 50: "integral-constant-units", 52: "limit-enable",
        53: "list-of-group-members", 54: "list-of-object-property-references", 56: "local-date",
        57: "local-time", 58: "location", 59: "low-limit", 60: "manipulated-variable-reference",
        61: "maximum-output", 62: "max-apdu-length-accepted", 63: "max-info-frames",
        64: "max-master", 65: "max-pres-value", 66: "minimum-off-time", 67: "minimum-on-time",
        68: "minimum-output", 69: "min-pres-value", 70: "model-name", 71: "modification-date",
        72: "notify-type", 73: "number-of-apdu-retries", 74: "number-of-states",
        75: "object-identifier", 76: "object-list", 77: "object-name",
        78: "object-property-reference", 79: "object-type", 80: "optional", 81: "out-of-service",
        82: "output-units", 83: "event-parameters", 84: "polarity", 85: "present-value",
        86: "priority", 87: "priority-array", 88: "priority-for-writing", 89: "process-identifier",
        90: "program-change", 91: "program-location", 92: "program-state",
        93: "proportional-constant", 94: "proportional-constant-units",
        96: "protocol-object-types-supported", 97: "protocol-services-supported",
        98: "protocol-version", 99: "read-only", 100: "reason-for-halt", 102: "recipient-list",
        103: "reliability", 104: "relinquish-default", 105: "required", 106: "resolution",
        107: "segmentation-supported", 108: "setpoint", 109: "setpoint-reference",
        110: "state-text", 111: "status-flags", 112: "system-status", 113: "time-delay",
        114: "time-of-active-time-reset", 115: "time-of-state-count-reset",
        116: "time-synchronization-recipients", 117: "units", 118: "update-interval",
        119: "utc-offset", 120: "vendor-identifier", 121: "vendor-name",
        122: "vt-classes-supported", 123: "weekly-schedule", 124: "attempted-samples",
        125: "average-value", 126: "buffer-size", 127: "client-cov-increment",
        128: "cov-resubscription-interval", 130: "event-time-stamps", 131: "log-buffer",
        132: "log-device-object-property", 133: "enable", 134: "log-interval", 135: "maximum-value",
        136: "minimum-value", 137: "notification-threshold", 139: "protocol-revision",
        140: "records-since-notification", 141: "record-count", 142: "start-time", 143: "stop-time",
        144: "stop-when-full", 145: "total-record-count", 146: "valid-samples",
        147: "window-interval", 148: "window-samples", 149: "maximum-value-timestamp",
        150: "minimum-value-timestamp", 151: "variance-value", 152: "active-cov-subscriptions",
        153: "backup-failure-timeout", 154: "configuration-files", 155: "database-revision",
        156: "direct-reading", 157: "last-restore-time", 158: "maintenance-required",
        159: "member-of", 160: "mode", 161: "operation-expected", 162: "setting", 163: "silenced",
        164: "tracking-value", 165: "zone-members", 166: "life-safety-alarm-values",
        167: "max-segments-accepted", 168: "profile-name", 185: "prescale", 187: "scale",
        193: "align-intervals", 196: "last-restart-reason", 197: "logging-type",
        203: "time-of-device-restart", 371: "property-list", 372: "serial-number",
    ]
}
