/// An open file: bytes at offsets, and the point from which they are durable.
///
/// Reads and writes may come from several threads at once. The descriptor is closed by ``close()``
/// or at the end of the object's life, whichever is first; a call that is under way in another
/// thread finishes before the descriptor is given back.
public protocol StorageFile: AnyObject, Sendable {
    /// The path under which it was opened; it may have another name by now, or none.
    var path: String { get }

    /// The present length of the file.
    func byteCount() throws(StorageError) -> Int

    /// Reads into a buffer that is used again and again; returns how many bytes there were.
    ///
    /// The buffer holds exactly what was read afterwards, which is less than asked for only at the
    /// end of the file. Allocates nothing if the buffer's capacity suffices. After an error the
    /// buffer is empty.
    @discardableResult
    func read(
        at offset: Int, byteCount: Int, into buffer: inout [UInt8]
    ) throws(StorageError) -> Int

    /// Writes the whole of the bytes, or throws; after an error any part may have been written.
    func write(_ bytes: RawSpan, at offset: Int) throws(StorageError)

    /// Waits until content and length are on the medium.
    ///
    /// After an error nothing is known about what was written since the last success, and trying
    /// again proves nothing: the system takes the lost pages for clean.
    func sync() throws(StorageError)

    /// Cuts the file, or makes it longer with zeros.
    func truncate(to byteCount: Int) throws(StorageError)

    /// Takes space for the first `byteCount` bytes, so that writing them cannot fill the disk.
    ///
    /// A shorter file becomes that long, with zeros; a longer one keeps its length.
    func preallocate(byteCount: Int) throws(StorageError)

    /// Maps a range for reading. The offset need not be aligned.
    ///
    /// Only for files that never become shorter again. If another program truncates the file, or
    /// the medium cannot return a page, touching that page ends the process (SIGBUS): no check
    /// before the touch can prevent it.
    ///
    /// - Throws: ``StorageError/Code/endOfFile`` if the file ends before the range does.
    func map(at offset: Int, byteCount: Int) throws(StorageError) -> MappedBytes

    /// Has an empty file share this one's blocks, copy on write: the copy takes no space and no time,
    /// and a later change of either file does not reach the other.
    ///
    /// - Parameter target: just created, in a storage of the same form.
    /// - Returns: false if the file system cannot; the target is still empty then.
    func clone(to target: any StorageFile) throws(StorageError) -> Bool

    /// Takes the permission to write from everyone, so that no other program overwrites the file by
    /// mistake. A hint: it may do nothing, and root may write all the same. Files that are open stay
    /// as they are.
    func markReadOnly()

    /// Tells the system that a range will be read soon. A hint: it may do nothing.
    func prefetch(at offset: Int, byteCount: Int)

    /// Tells the system that the file will be read from front to back. A hint.
    func adviseSequential()

    /// The first offset from `offset` on that may hold other bytes than zeros; nil if there is none.
    ///
    /// Passes over the holes of a sparse file, whose length proves nothing about its content.
    func nextData(from offset: Int) -> Int?

    /// Asks the system to forget what it keeps of the file in memory, so that the next read comes
    /// from the medium. Only after ``sync()``: what is not on the medium is kept. A hint: a file
    /// system in memory has no medium, and mapped pages may stay.
    func dropCache()

    /// Gives the descriptor back. Later calls fail; maps stay.
    func close()
}

extension StorageFile {
    /// Reads into a new array, shorter than asked for only at the end of the file.
    public func read(at offset: Int, byteCount: Int) throws(StorageError) -> [UInt8] {
        var buffer: [UInt8] = []
        try read(at: offset, byteCount: byteCount, into: &buffer)
        return buffer
    }

    /// Writes the whole array, or throws.
    public func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        // The bytes of bytes: there is nothing between them that is not set.
        try write(unsafe bytes.span.bytes, at: offset)
    }

    public func prefetch(at offset: Int, byteCount: Int) {}

    public func adviseSequential() {}

    public func markReadOnly() {}

    public func nextData(from offset: Int) -> Int? { offset }
}
