/// What the disk, or the system in front of it, answered instead of doing what was asked.
///
/// Switch on ``code``; ``errno`` keeps the cause, ``message`` is for a person.
public struct StorageError: Error, Sendable {
    /// The class of the failure.
    public var code: Code

    /// What was asked for, in one word: "open", "write", "sync".
    public var operation: String

    /// The path as the caller gave it, relative to the root.
    public var path: String

    /// The system's number of the failure; 0 where the system was not asked.
    public var errno: Int32

    /// What failed, on which path and why, in words.
    public var message: String

    /// Who holds the lock, with code ``Code/locked`` and when the lock's file says so.
    public var holder: LockHolder?

    public init(
        code: Code, operation: String, path: String, errno: Int32, message: String,
        holder: LockHolder? = nil
    ) {
        self.code = code
        self.operation = operation
        self.path = path
        self.errno = errno
        self.message = message
        self.holder = holder
    }
}

extension StorageError: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}

extension StorageError {
    /// The class of a failure: an open set, so that a new class breaks no caller's `switch`.
    ///
    /// The classes are kept apart because the store reacts differently to each: having too few
    /// descriptors or too little memory says nothing about the file and is never taken for damage.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        let name: String
        public var description: String { name }

        /// The file or folder is not there.
        public static let notFound = Code(name: "notFound")
        /// Something of that name is there already.
        public static let exists = Code(name: "exists")
        /// A part of the path that must be a folder is not one.
        public static let notAFolder = Code(name: "notAFolder")
        /// A folder stands where a file was expected.
        public static let isAFolder = Code(name: "isAFolder")
        /// The system forbids it to this user.
        public static let permission = Code(name: "permission")
        /// The medium, or this storage, only reads.
        public static let readOnlyFileSystem = Code(name: "readOnlyFileSystem")
        /// No space, no quota, or the file would pass the largest size allowed.
        public static let diskFull = Code(name: "diskFull")
        /// The process or the system has no descriptor left.
        public static let tooManyOpenFiles = Code(name: "tooManyOpenFiles")
        /// The system has no memory left.
        public static let noMemory = Code(name: "noMemory")
        /// The medium failed.
        public static let io = Code(name: "io")
        /// The two names are on different file systems.
        public static let crossDevice = Code(name: "crossDevice")
        /// The file system allows no further name of this file.
        public static let tooManyLinks = Code(name: "tooManyLinks")
        /// Another holder has the lock.
        public static let locked = Code(name: "locked")
        /// The file vanished from under an open descriptor, as network folders do.
        public static let stale = Code(name: "stale")
        /// The file ends before the range that was to be mapped.
        public static let endOfFile = Code(name: "endOfFile")
        /// The file object was closed, or opened without the right to write.
        public static let badFile = Code(name: "badFile")
        /// The simulated machine has crashed: nothing works until it is started again.
        public static let crashed = Code(name: "crashed")
        /// None of the above; ``StorageError/errno`` tells more.
        public static let other = Code(name: "other")
    }
}
