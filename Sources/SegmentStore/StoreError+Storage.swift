import ColumnCodec
import DurableFiles

extension StoreError {
    /// What the operating system's refusal means for the store.
    init(_ error: StorageError) {
        let code: Code =
            switch error.code {
            case .diskFull: .diskFull
            case .permission, .readOnlyFileSystem: .readOnly
            case .locked: .locked
            default: .io
            }
        self.init(
            code, error.message, file: error.path, holder: error.holder?.processID,
            underlying: error)
    }

    /// Whether the system lacked space, descriptors or memory: the same call can succeed later, and
    /// the error says nothing about what is on the disk.
    var isShortage: Bool {
        code == .diskFull || underlying?.code == .tooManyOpenFiles || underlying?.code == .noMemory
    }
}

extension CodecError {
    /// What was found and what was expected.
    var text: String {
        switch self {
        case .truncated: "the bytes end too early"
        case .malformed(let text), .unsupported(let text), .limitExceeded(let text): text
        }
    }
}
