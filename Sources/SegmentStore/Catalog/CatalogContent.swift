/// What both catalog files together say.
public struct CatalogContent: Sendable {
    public var catalog: Catalog
    /// Frames of other types in the files: tombstones, and what a later version may have added.
    public var otherFrames: [RecordFrame] = []
    /// The highest LSN of a frame; 0 where there is none.
    public var lastLSN: LSN = 0
    /// What is wrong with either file. Where the other one helped, it costs nothing.
    ///
    /// Not empty: a writer replaces both files, or the next fault may hit the good copy.
    public var damage: [Damage] = []
    /// A later minor version has written here: only a program of that version may write on.
    public var isReadOnly = false

    public init(catalog: Catalog) { self.catalog = catalog }

    /// The tombstones in the files, in LSN order as written.
    public var tombstones: [RecordFrame] { otherFrames.filter { $0.type == .tombstone } }
}
