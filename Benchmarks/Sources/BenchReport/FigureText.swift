import Foundation

/// Numbers as a page shows them.
public enum FigureText {
    /// Three significant digits, or as many decimals as named; thousands are separated, and millions
    /// have an M from ten thousand thousands on.
    public static func of(_ value: Double, decimals: Int? = nil) -> String {
        if let decimals { return grouped(value, decimals) }
        if value == 0 { return "0" }
        let size = abs(value)
        if size >= 1e6 { return grouped(value / 1e6, digits(size / 1e6)) + " M" }
        return grouped(value, digits(size))
    }

    /// Digits after the point that make three significant ones, at most three.
    private static func digits(_ size: Double) -> Int {
        // 9.996 has two decimals and is written as 10.00; one decimal too many is no wrong figure.
        size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
    }

    private static func grouped(_ value: Double, _ decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value)
        let parts = text.split(separator: ".", maxSplits: 1)
        var whole = String(parts[0])
        let sign = whole.hasPrefix("-") ? "-" : ""
        whole.removeFirst(sign.count)
        var groups: [Substring] = []
        while whole.count > 3 {
            groups.insert(whole.suffix(3), at: 0)
            whole.removeLast(3)
        }
        groups.insert(Substring(whole), at: 0)
        return sign + groups.joined(separator: ",") + (parts.count > 1 ? ".\(parts[1])" : "")
    }
}
