import Testing

/// The same as `#expect(one == other)`, whose operands may not be calls of mutating methods.
func expectEqual<Value: Equatable>(
    _ one: Value, _ other: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(one == other, sourceLocation: sourceLocation)
}
