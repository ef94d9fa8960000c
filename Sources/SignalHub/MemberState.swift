// SPDX-License-Identifier: Apache-2.0

/// What a member tells the others about itself. What it never said is not told: older clients say nothing.
struct MemberState: Hashable, Sendable {
    /// Chosen by the member, unique to nobody, and shown as it is. Nil and empty mean the same.
    var name: String?
    /// Whether the microphone is on.
    var audio: Bool?
    /// Whether the camera is on.
    var video: Bool?
    /// Whether a hand is raised.
    var hand: Bool?
    /// Whether a screen is being shown.
    var screen: Bool?

    /// Takes over what another state says, and keeps the rest.
    mutating func update(with change: MemberState) {
        name = change.name ?? name
        audio = change.audio ?? audio
        video = change.video ?? video
        hand = change.hand ?? hand
        screen = change.screen ?? screen
    }
}
