import DurableFiles
import Synchronization

/// A batch that waits for its turn, and what became of it.
final class AppendRequest: Sendable {
    let batch: SampleBatch
    let durability: Durability
    let rule: ConflictRule
    private let result = Guarded<Result<Receipt, StoreError>?>(nil)

    init(_ batch: SampleBatch, _ durability: Durability, _ rule: ConflictRule) {
        self.batch = batch
        self.durability = durability
        self.rule = rule
    }

    func resolve(_ result: Result<Receipt, StoreError>) {
        self.result.withLock { $0 = result }
    }

    /// Only after the caller has had the writer's turn: by then somebody wrote the batch.
    func answer() throws(StoreError) -> Receipt {
        guard let result = result.withLock({ $0 }) else {
            preconditionFailure("a batch is written at its caller's turn at the latest")
        }
        return try result.get()
    }
}
