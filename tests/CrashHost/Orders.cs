using System.Globalization;

namespace VideoPlatform.CrashHost;

/// <summary>Lines on the standard input, each answered by one on the standard output: <c>trip POINT DEED [NTH]</c>, <c>disarm</c>, <c>clock hh:mm:ss</c>. <c>freeze</c> has no answer: nobody would be there to give it.</summary>
internal static class Orders
{
    public static async Task ListenAsync(TextReader input, Tripwires tripwires, ShiftedClock clock)
    {
        await Task.Yield();
        while (await input.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "trip":
                    tripwires.Arm(words[1], Enum.Parse<Deed>(words[2]), words.Length > 3 ? int.Parse(words[3], CultureInfo.InvariantCulture) : 1);
                    break;
                case "disarm":
                    tripwires.Disarm();
                    break;
                case "freeze":
                    tripwires.Freeze();
                    continue;
                case "clock":
                    clock.Shift = TimeSpan.Parse(words[1], CultureInfo.InvariantCulture);
                    break;
                default:
                    throw new ArgumentException($"No such order: {line}");
            }

            await Console.Out.WriteLineAsync("done");
            await Console.Out.FlushAsync();
        }
    }
}
