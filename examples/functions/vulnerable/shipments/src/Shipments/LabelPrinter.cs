using System.Diagnostics;
using System.Threading.Tasks;

namespace Shipments;

public class LabelPrinter : ILabelPrinter
{
    public async Task PrintAsync(string parcel)
    {
        using var process = Process.Start("/bin/sh", $"-c \"/opt/bin/label --parcel {parcel}\"");
        await process.WaitForExitAsync();
    }
}
