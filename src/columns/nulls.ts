/** What stands for null in an Int32 column; the kernel reads values without looking at the nulls. */
export const NULL_INT32 = -2147483648;
