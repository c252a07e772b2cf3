import Almanac
import BACnetMessages
import TimeSeriesModel

/// A datagram with everything that is known of it, for people who look for what is wrong.
enum DatagramText {
    private static let lineOctetCount = 16

    /// ```
    /// 2026-11-24 05:12:01.234Z < 10.0.0.9:47808, 25 octets, broadcast: i-am device,1001, …
    ///   0000  81 0b 00 19 01 20 ff ff  00 ff 10 00 c4 02 00 03  |..... ..........|
    /// ```
    static func text(of datagram: ObservedDatagram, in zone: TimeZoneRules) -> String {
        var text = zone.text(of: datagram.time)
        text += datagram.isSent ? " > " : " < "
        text += "\(datagram.peer), \(NumberText.count(datagram.octets.count, of: "octet"))"
        if datagram.isBroadcast { text += ", broadcast" }
        text += ": \(DatagramMeaning.text(of: datagram.octets))"
        if !datagram.droppedReasons.isEmpty {
            text += "; dropped: \(datagram.droppedReasons.joined(separator: ", "))"
        }
        return text + "\n" + lines(of: datagram.octets)
    }

    /// Sixteen octets a line, with their place and the letters that they are.
    static func lines(of octets: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: octets.count, by: lineOctetCount) {
            let part = octets[start..<min(start + lineOctetCount, octets.count)]
            var digits = ""
            for (place, octet) in part.enumerated() {
                digits += (place == 0 ? "" : place == lineOctetCount / 2 ? "  " : " ")
                digits += ValueText.pair(octet)
            }
            let width = lineOctetCount * 3
            let padding = String(repeating: " ", count: width - digits.count)
            let letters = String(decoding: part.map(letter), as: UTF8.self)
            text += "  \(offset(start))  \(digits)\(padding)  |\(letters)|\n"
        }
        return text
    }

    private static func letter(_ octet: UInt8) -> UInt8 {
        octet >= 0x20 && octet < 0x7F ? octet : UInt8(ascii: ".")
    }

    private static func offset(_ place: Int) -> String {
        let digits = String(place, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
