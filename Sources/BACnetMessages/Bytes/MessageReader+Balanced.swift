extension MessageReader {
    /// The octets inside this opening and closing tag, whatever they are, as long as the tags among
    /// them are balanced.
    mutating func balancedOctets(inside number: UInt8) throws(MessageError) -> [UInt8] {
        try open(number)
        let start = self
        var opened: [UInt8] = [number]
        while true {
            let end = offset
            let tag = try tag()
            try countElement()
            switch tag.kind {
            case .opening:
                guard opened.count <= MessageLimits.nestingDepthMax else {
                    throw .limitExceeded(
                        offset: end, found: opened.count, expected: MessageLimits.nestingDepthMax)
                }
                opened.append(tag.number)
            case .closing:
                guard opened.last == tag.number else {
                    throw .malformed(
                        offset: end, found: "\(tag)",
                        expected: "closing tag \(opened.last ?? number)")
                }
                opened.removeLast()
                if opened.isEmpty {
                    var content = start
                    return try content.octets(end - start.offset)
                }
            case .application where tag.number == TaggedValue.Number.boolean: break
            case .application, .context: try skip(tag.length)
            }
        }
    }
}
