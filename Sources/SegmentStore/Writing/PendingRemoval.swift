/// A removal that is under way, as appends must know it.
///
/// Set in the turn that freezes what is to be removed, and gone with the publish. Appends in between
/// are classified as if the removal were done, and counted right if it fails.
struct PendingRemoval: Sendable {
    let range: RemovedRange
    /// Below it no sample is taken afterwards, in milliseconds; nil if the floor stays.
    let floor: Int64?
    /// Samples of the heads, per UTC year, that took the place of one that goes. Their frames count
    /// nothing, since that one may stay; the publish counts them as new.
    var revived: [Int: Int] = [:]
}
