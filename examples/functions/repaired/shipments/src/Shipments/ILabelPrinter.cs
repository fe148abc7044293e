using System.Threading.Tasks;

namespace Shipments;

public interface ILabelPrinter
{
    Task PrintAsync(string parcel);
}
