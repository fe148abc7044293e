using System.Diagnostics;
using System.Threading.Tasks;

namespace Shipments;

public class LabelPrinter : ILabelPrinter
{
    public async Task PrintAsync(string parcel)
    {
        if (!long.TryParse(parcel, out var number))
        {
            return;
        }

        var start = new ProcessStartInfo("/opt/bin/label");
        start.ArgumentList.Add("--parcel");
        start.ArgumentList.Add(number.ToString());
        using var process = Process.Start(start);
        await process.WaitForExitAsync();
    }
}
