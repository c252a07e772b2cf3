/// What is known about the trustworthiness of a sample: one byte of flags, kept bit for bit.
///
/// The flags imply a class, and the worst class wins: bad, then uncertain, then good.
public struct Quality: OptionSet, Hashable, Sendable, Codable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No flag: the value is what the source measured.
    public static let good: Quality = []
    /// The source is in alarm; the value itself is good.
    public static let alarm = Quality(rawValue: 1 << 0)
    /// The source reports a fault. Bad.
    public static let fault = Quality(rawValue: 1 << 1)
    /// The value was set by hand. Uncertain.
    public static let overridden = Quality(rawValue: 1 << 2)
    /// The source is out of service. Uncertain.
    public static let outOfService = Quality(rawValue: 1 << 3)
    /// The source lost its own source. Bad.
    public static let commFailure = Quality(rawValue: 1 << 4)
    /// A held value, reported again at a later time. Uncertain.
    public static let stale = Quality(rawValue: 1 << 5)
    /// Uncertain for any other cause.
    public static let uncertain = Quality(rawValue: 1 << 6)
    /// Bad for any other cause.
    public static let bad = Quality(rawValue: 1 << 7)

    /// The flags whose presence makes a sample bad.
    public static let badFlags: Quality = [.fault, .commFailure, .bad]
    /// The flags that make a sample uncertain where none makes it bad.
    public static let uncertainFlags: Quality = [.overridden, .outOfService, .stale, .uncertain]

    /// The three classes, from best to worst.
    public enum Class: String, Hashable, Sendable, Codable {
        case good, uncertain, bad
    }

    public var qualityClass: Class {
        if !isDisjoint(with: Quality.badFlags) { return .bad }
        return isDisjoint(with: Quality.uncertainFlags) ? .good : .uncertain
    }

    /// The same flags without ``bad`` or ``uncertain`` if another flag implies that class: `bad+fault`
    /// and not `bad+fault+bad`. What a program stores through `DataManager` has this form.
    public var canonical: Quality {
        var flags = self
        if !isDisjoint(with: Quality.badFlags.subtracting(.bad)) { flags.remove(.bad) }
        if !isDisjoint(with: Quality.uncertainFlags.subtracting(.uncertain)) {
            flags.remove(.uncertain)
        }
        return flags
    }

    /// Good or uncertain: takes part in statistics and aggregates.
    public var isUsable: Bool { isDisjoint(with: Quality.badFlags) }
}

extension Quality: CustomStringConvertible, LosslessStringConvertible {
    private static let names: [(flag: Quality, name: String)] = [
        (.alarm, "alarm"), (.fault, "fault"), (.overridden, "overridden"),
        (.outOfService, "out_of_service"), (.commFailure, "comm_failure"), (.stale, "stale"),
        (.uncertain, "uncertain"), (.bad, "bad"),
    ]

    /// Class and flags, as in `good`, `good+alarm`, `bad+fault`. A flag that only repeats the class
    /// is not written where it stands alone for it.
    public var description: String {
        let own: Quality =
            qualityClass == .bad ? .bad : qualityClass == .uncertain ? .uncertain : []
        // `bad` beside `fault` must be told apart from `fault` alone, so it is written then.
        let implied = subtracting(own).qualityClass == qualityClass
        var text = qualityClass.rawValue
        for (flag, name) in Quality.names where contains(flag) {
            if flag == own && !implied { continue }
            text += "+" + name
        }
        return text
    }

    /// Reads what ``description`` writes, and bare classes. `nil` for anything else.
    public init?(_ description: String) {
        let words = description.split(separator: "+", omittingEmptySubsequences: false)
        guard let first = words.first, let named = Class(rawValue: String(first)) else {
            return nil
        }
        var quality: Quality = []
        for word in words.dropFirst() {
            guard let flag = Quality.names.first(where: { $0.name == word })?.flag else {
                return nil
            }
            quality.insert(flag)
        }
        if quality.qualityClass != named {
            guard named != .good else { return nil }
            quality.insert(named == .bad ? .bad : .uncertain)
        }
        guard quality.qualityClass == named else { return nil }
        self = quality
    }
}
