/// Asks for several properties of several objects (clause 15.7).
public struct ReadPropertyMultipleRequest: Hashable, Sendable {
    /// What is asked of one object.
    public struct Part: Hashable, Sendable {
        public var object: ObjectIdentifier
        public var references: [PropertyReference]

        public init(_ object: ObjectIdentifier, _ references: [PropertyReference]) {
            self.object = object
            self.references = references
        }
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// The targets, neighbours of the same object in one part.
    public init(targets: some Sequence<ObjectProperty>) {
        parts = []
        for target in targets {
            if parts.last?.object == target.object {
                parts[parts.count - 1].references.append(target.reference)
            } else {
                parts.append(Part(target.object, [target.reference]))
            }
        }
    }

    /// Everything that is asked, in order.
    public var targets: [ObjectProperty] {
        parts.flatMap { part in part.references.map { ObjectProperty(part.object, $0) } }
    }
}

extension ReadPropertyMultipleRequest: WireForm {
    /// Reads up to the end; at least one object, and of each at least one property.
    public init(from reader: inout MessageReader) throws(MessageError) {
        parts = []
        repeat {
            let object = try reader.object(context: 0)
            try reader.open(1)
            var references: [PropertyReference] = []
            repeat {
                try reader.countElement()
                references.append(try reader.reference(property: 0, index: 1))
            } while try !reader.isNext(closing: 1)
            try reader.close(1)
            parts.append(Part(object, references))
        } while !reader.isAtEnd
    }

    public func encode(into writer: inout MessageWriter) {
        for part in parts {
            writer.append(context: 0, part.object)
            writer.open(1)
            for reference in part.references {
                writer.append(reference, property: 0, index: 1)
            }
            writer.close(1)
        }
    }
}

/// The answers to a ReadPropertyMultiple, each with its own error.
///
/// Results may be fewer than were asked for and in another order: match them by object, property
/// and index.
public struct ReadPropertyMultipleAck: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case values([TaggedValue])
        case error(ErrorReply)
    }

    public struct Result: Hashable, Sendable {
        public var reference: PropertyReference
        public var outcome: Outcome

        public init(_ reference: PropertyReference, _ outcome: Outcome) {
            self.reference = reference
            self.outcome = outcome
        }
    }

    /// What came of one object.
    public struct Part: Hashable, Sendable {
        public var object: ObjectIdentifier
        public var results: [Result]

        public init(_ object: ObjectIdentifier, _ results: [Result]) {
            self.object = object
            self.results = results
        }
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// Everything that came, in order.
    public var targets: [ObjectProperty] {
        parts.flatMap { part in part.results.map { ObjectProperty(part.object, $0.reference) } }
    }
}

extension ReadPropertyMultipleAck: WireForm {
    /// Reads up to the end.
    public init(from reader: inout MessageReader) throws(MessageError) {
        parts = []
        while !reader.isAtEnd {
            let object = try reader.object(context: 0)
            try reader.open(1)
            var results: [Result] = []
            while try !reader.isNext(closing: 1) {
                try reader.countElement()
                results.append(try Result(from: &reader))
            }
            try reader.close(1)
            parts.append(Part(object, results))
        }
    }

    public func encode(into writer: inout MessageWriter) {
        for part in parts {
            writer.append(context: 0, part.object)
            writer.open(1)
            for result in part.results { result.encode(into: &writer) }
            writer.close(1)
        }
    }
}

extension ReadPropertyMultipleAck.Result: WireForm {
    /// Reads property [2], index [3], then values [4] or error [5].
    public init(from reader: inout MessageReader) throws(MessageError) {
        reference = try reader.reference(property: 2, index: 3)
        if try reader.isNext(opening: 5) {
            try reader.open(5)
            outcome = .error(try ErrorReply(from: &reader))
            try reader.close(5)
        } else {
            outcome = .values(try reader.values(inside: 4))
        }
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(reference, property: 2, index: 3)
        switch outcome {
        case .values(let values): writer.append(inside: 4, values)
        case .error(let error):
            writer.open(5)
            error.encode(into: &writer)
            writer.close(5)
        }
    }
}
