//! How close an organisation's name came that is no match. Same as matcher/organisations/closeness.py.

const closeness = @import("../closeness.zig");
const distance = @import("../distance.zig");
const letters = @import("letters.zig");
const prepared = @import("../prepared.zig");
const Alignment = @import("../alignment.zig").Alignment;
const Prepared = prepared.Prepared;

/// Bytes of a side's letters that are compared.
const letters_max = 64;

/// What is left of the closeness, in percent, where a number is on one side only.
const numbered_percent = 80;

/// How close two names are, per mille: by their words, and by their letters as a whole, half each. A number that
/// the other side lacks tells companies of one group apart, however many letters are alike.
pub fn of(found: *const Alignment) u16 {
    var buffers: [2][letters_max]u8 = undefined;
    const typed = write(found.typed, &buffers[0]);
    const registered = write(found.registered, &buffers[1]);
    const longer: u32 = @intCast(@max(typed.len, registered.len));
    const whole = (longer - distance.whole(letters_max, typed, registered)) * 1000 / longer;
    const near = (closeness.of(found) + whole) / 2;
    const numbered = hasNumber(found.typed, found.typedLeft()) or
        hasNumber(found.registered, found.registeredLeft());
    return @intCast(if (numbered) near * numbered_percent / 100 else near);
}

fn hasNumber(name: *const Prepared, set: prepared.Set) bool {
    var positions = prepared.each(set);
    while (positions.next()) |i| if (name.numbers[i] != 0) return true;
    return false;
}

/// The words that count written as one, up to `letters_max` bytes.
fn write(name: *const Prepared, buffer: *[letters_max]u8) []const u8 {
    var walk: letters.Letters = .of(name, name.core);
    for (buffer, 0..) |*byte, length| byte.* = walk.next() orelse return buffer[0..length];
    return buffer;
}
