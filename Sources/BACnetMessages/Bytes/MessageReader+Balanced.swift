extension MessageReader {
    /// The octets inside this opening and closing tag, whatever they are, as long as the tags among
    /// them are balanced.
    mutating func balancedOctets(inside number: UInt8) throws(MessageError) -> [UInt8] {
        try open(number)
        var content = self
        let end = try skip(untilClosing: number)
        return try content.octets(end - content.offset)
    }

    /// Steps over a primitive, or over an opening tag and all up to the closing tag that belongs to
    /// it.
    mutating func skipValue() throws(MessageError) {
        let start = offset
        let tag = try tag()
        try countElement()
        switch tag.kind {
        case .opening: _ = try skip(untilClosing: tag.number)
        case .closing: throw .malformed(offset: start, found: "\(tag)", expected: "a value")
        case .application, .context: try skipContent(of: tag)
        }
    }

    /// Steps over all up to this closing tag and over that; gives where it begins.
    private mutating func skip(untilClosing number: UInt8) throws(MessageError) -> Int {
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
                if opened.isEmpty { return end }
            case .application, .context: try skipContent(of: tag)
            }
        }
    }

    /// An application Boolean has its value where the others have their length, and no content.
    private mutating func skipContent(of tag: Tag) throws(MessageError) {
        let isBoolean = tag.kind == .application && tag.number == TaggedValue.Number.boolean
        if !isBoolean { try skip(tag.length) }
    }
}
