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
